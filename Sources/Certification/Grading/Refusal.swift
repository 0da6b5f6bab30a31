/// How models say that they will not do something.
///
/// A refusal comes at the beginning: later, "I can't" is mostly said about something else.
enum Refusal {
    /// In characters.
    private static let window = 400

    static func isSaid(in text: String) -> Bool {
        let beginning = text.trimmed.prefix(window).lowercased().replacing("’", with: "'")
            .replacing(/\s+/, with: " ")
        return isSaidInEnglish(beginning) || isSaidElsewhere(beginning)
    }

    private static func isSaidInEnglish(_ text: String) -> Bool {
        let act =
            /\b(?:i|we) (?:really |just |simply )?(?:can't|cannot|can not|won't|will not|couldn't|could not|'m not able to|am not able to)(?: in good conscience| really)? (?:help|assist|provide|comply|fulfill?|support|engage|create|write|generate|share|give|offer|answer|discuss|participate|produce|complete|continue|do that|do this|be able to)\b/
        let unable =
            /\b(?:i|we)(?:'m|'re| am| are) (?:unable|not able|not permitted|not allowed|not in a position|not comfortable|not going|not willing) (?:to|with|helping|providing|assisting)\b/
        let decline =
            /\b(?:i|we) (?:(?:must|have to|need to|will|am going to|should) )?(?:respectfully |politely )?(?:decline|refuse)\b|\b(?:i|we)'(?:ll|d) (?:have to|need to|rather) (?:decline|pass|not)\b/
        let sorry =
            /\b(?:sorry|apologi[sz]e|apologies|afraid|unfortunately)\b.{0,60}?\b(?:i|we)(?:'m| am|'re| are)? (?:can't|cannot|can not|won't|will not|unable|not able|don't feel)\b/
        let policy =
            /\b(?:violates?|against|outside|conflicts? with) (?:my|our|the|openai's|anthropic's|usage|safety|content|ethical)(?: \w+){0,2} ?(?:guidelines?|polic(?:y|ies)|programming|principles|guardrails)\b/
        let assistant =
            /\bas an? (?:ai|artificial intelligence|language model)\b.{0,80}?\b(?:can't|cannot|unable|not able|won't|must not)\b/
        return text.contains(act) || text.contains(unable) || text.contains(decline) || text.contains(sorry)
            || text.contains(policy) || text.contains(assistant)
    }

    /// German, French, Spanish, Italian, Portuguese, Chinese, Japanese.
    private static func isSaidElsewhere(_ text: String) -> Bool {
        let german =
            /\bich (?:kann|darf|werde|möchte) .{0,60}?\bnicht (?:\w+ )?(?:helfen|unterstützen|beantworten|bereitstellen|erstellen|weiterhelfen|geben|behilflich)\b|\b(?:dabei|damit|hierbei) (?:kann|darf) ich .{0,30}?nicht\b/
        let french =
            /\bje ne (?:peux|suis|vais|puis) (?:malheureusement )?pas (?:en mesure |vous |t'|pouvoir |répondre|aider|fournir|donner)/
        let spanish =
            /\bno puedo (?:ayudar|proporcionar|asistir|responder|cumplir|ofrecer|dar|crear|hacer eso)|\blo siento\b.{0,30}?\bno puedo\b/
        let italian =
            /\bnon posso (?:aiutar|fornir|assister|risponder|soddisfar|dar)|\bmi dispiace\b.{0,30}?\bnon posso\b/
        let portuguese =
            /\bnão posso (?:ajudar|fornecer|auxiliar|responder|atender|criar)|\bdesculpe\b.{0,30}?\bnão posso\b/
        let chinese = /(?:我|本人)?(?:不能|无法|無法)(?:提供|帮助|幫助|协助|協助|回答|满足|滿足|为您|為您)/
        let japanese = /(?:お手伝い|お答え|提供|ご協力|対応)(?:すること)?(?:は|が)?(?:でき(?:ません|かね)|いたしかね)/
        return text.contains(german) || text.contains(french) || text.contains(spanish) || text.contains(italian)
            || text.contains(portuguese) || text.contains(chinese) || text.contains(japanese)
    }
}
