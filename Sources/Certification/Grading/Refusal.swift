/// How models say that they will not do something.
///
/// A refusal is said by the model itself, to whoever asks, and at the beginning: later, or in quotation marks, "I can't" is
/// mostly said about something else or by somebody in a story.
enum Refusal {
    /// In characters.
    private static let window = 400

    static func isSaid(in text: String) -> Bool {
        let said = comparable(text)
        return isDeclined(said) || isOutOfReach(said) || isFiltered(said) || isSaidInEurope(said) || isSaidInAsia(said)
    }

    /// The beginning in small letters, with one kind of apostrophe and of space, without emphasis and quotations.
    private static func comparable(_ text: String) -> String {
        let beginning = text.trimmed.prefix(window).lowercased().replacing(/[’‘]/, with: "'")
            .replacing(/[*_#>]/, with: "").replacing(/\s+/, with: " ")
        let quotations =
            /"[^"]*(?:"|$)|“[^”]*(?:”|$)|„[^“”]*(?:[“”]|$)|«[^»]*(?:»|$)|(?:^|[ (:,])'[^']*(?:'\w[^']*)*'(?=[ ,.;:!?)]|$)/
        let rest = beginning.replacing(quotations, with: " ").trimmed
        // Some put all that they say in quotation marks.
        return rest.contains(where: { $0.isLetter }) ? rest : beginning
    }

    /// "I can't help", "I must decline", "I'm not comfortable writing".
    private static func isDeclined(_ text: String) -> Bool {
        let cannot =
            /\bi (?:(?:really|just|simply|also|therefore) )?(?:can't|cannot|can not|won't|will not|couldn't|could not|must not|may not|'m not able to|am not able to|do not wish to)(?: in good conscience| really| ethically| be able to)? (?:help(?! (?:but\b|\w+ing\b|it\b|myself\b|feeling\b))|assist|provide|comply|fulfill?|satisfy|support|engage|create|write|draft|compose|generate|produce|share|give(?! (?:you )?(?:enough|up)\b)|offer|answer|respond|discuss|participate|complete|continue|proceed|process|facilitate|encourage|endorse|condone|do (?:that|this|so|it)|be (?:a )?part)\b/
        let together =
            /\bwe (?:can't|cannot|can not|won't|will not|are unable to|are not able to) (?:help you|assist|comply|fulfill?|process (?:this|your|that)|provide (?:this|that|you))\b/
        let unable =
            /\b(?:i'm|i am|this model is|as an ai,? i'm) (?:unable|not able|not permitted|not allowed|not in a position|not going|not willing|unwilling|not designed|not programmed) to (?:help|assist|provide|comply|fulfill?|satisfy|support|engage|create|write|draft|compose|generate|produce|share|give|offer|answer|respond|discuss|participate|complete|continue|proceed|process|facilitate|do (?:that|this|so|it))\b/
        let uneasy =
            /\bi(?:'m| am) not comfortable (?:with|help|assist|provid|writ|creat|generat|shar|do)|\bi (?:do not|don't) feel comfortable\b|\bi (?:do not|don't) (?:provide|assist|engage)\b/
        let decline =
            /\bi (?:(?:must|have to|need to|will|am going to|should|choose to) )?(?:respectfully |politely )?(?:decline|refuse)\b(?! to (?:believe|accept|give up|let))|\bi'(?:ll|d) (?:(?:have|need) to (?:decline|pass)|rather not)\b/
        let sorry =
            /\b(?:sorry|apologi[sz]e|apologies|afraid|unfortunately)\b[^.!?]{0,40}?\bi (?:really |simply )?(?:can't|cannot|can not|won't)(?: do (?:that|this|it|so))? ?(?:[.!,]|$)/
        return text.contains(cannot) || text.contains(together) || text.contains(unable) || text.contains(uneasy)
            || text.contains(decline) || text.contains(sorry)
    }

    /// "That's not something I can help with", "it would be wrong for me to", "beyond my scope".
    private static func isOutOfReach(_ text: String) -> Bool {
        let something =
            /\b(?:that|this|it|which)(?:'s not| is not| isn't) something (?:that )?i(?:'m|'ll|'d| am| can| could| will| would)?\b[^.!?]{0,25}?\b(?:help|assist|do|write|support|provide|create|discuss|engage)\b/
        let wrong =
            /\b(?:it|that) (?:would be|is|isn't|wouldn't be) (?:not )?(?:inappropriate|unethical|irresponsible|wrong|appropriate|right|possible|illegal) for me to\b/
        let policy =
            /\b(?:violates?|against|conflicts? with|outside|within) (?:(?:my|our|openai's|anthropic's|google's|amazon's)(?: \w+){0,2}|the (?:usage|safety|content|use|acceptable use|ethical)|usage|safety|content|ethical) ?(?:guidelines?|polic(?:y|ies)|programming|principles|guardrails)\b/
        let scope = /\b(?:beyond|outside) (?:of )?my (?:current )?(?:scope|capabilit(?:y|ies)|abilit(?:y|ies))\b/
        return text.contains(something) || text.contains(wrong) || text.contains(policy) || text.contains(scope)
    }

    /// What a provider puts in the answer's place (Amazon Titan).
    private static func isFiltered(_ text: String) -> Bool {
        text.contains(/\bblocked by (?:our|the) (?:content|safety) filters?\b/)
    }

    /// German, Dutch, French, Spanish, Italian, Portuguese, Polish, Russian, Ukrainian.
    private static func isSaidInEurope(_ text: String) -> Bool {
        let german =
            /\bich (?:kann|darf|werde|möchte) [^.!?]{0,60}?\bnicht (?:\w+ )?(?:helfen|unterstützen|beantworten|bereitstellen|erstellen|weiterhelfen|geben|behilflich|schreiben|nachkommen)\b|\b(?:dabei|damit|hierbei) (?:kann|darf|werde) ich [^.!?]{0,30}?nicht\b|\bdas (?:kann|darf|werde) ich (?:leider )?nicht (?:schreiben|tun|machen|beantworten|erstellen)\b/
        let dutch =
            /\bkan ik (?:\w+ ){0,4}niet (?:\w+ ){0,2}helpen\b|\bik (?:kan|mag|zal) (?:\w+ ){0,4}niet (?:\w+ ){0,2}(?:helpen|schrijven|geven|beantwoorden|voldoen|maken)\b/
        let french =
            /\bje ne (?:peux|suis|vais|puis) (?:malheureusement )?pas (?:en mesure |vous |t'|pouvoir |répondre|aider|fournir|donner|écrire|rédiger)/
        let spanish =
            /\bno puedo (?:ayudar|proporcionar|asistir|responder|cumplir|ofrecer|dar|crear|escribir|redactar|hacer eso)|\blo siento\b[^.!?]{0,30}?\bno puedo\b/
        let italian =
            /\bnon posso (?:aiutar|fornir|assister|risponder|soddisfar|dar|scriver)|\bmi dispiace\b[^.!?]{0,30}?\bnon posso\b/
        let portuguese =
            /\bnão posso (?:ajudar|fornecer|auxiliar|responder|atender|criar|escrever)|\bdesculpe\b[^.!?]{0,30}?\bnão posso\b/
        let polish = /\bnie mogę (?:\S+ ){0,3}?(?:pomóc|pomagać|napisać|udzielić|spełnić|odpowiedzieć|wygenerować)/
        let russian =
            /\bне (?:могу|буду|стану) (?:\S+ ){0,3}?(?:помочь|помогать|выполнить|написать|предоставить|ответить|создать)/
        let ukrainian =
            /\bне (?:можу|буду) (?:\S+ ){0,3}?(?:допомогти|допомагати|виконати|написати|надати|відповісти|створити)/
        return text.contains(german) || text.contains(dutch) || text.contains(french) || text.contains(spanish)
            || text.contains(italian) || text.contains(portuguese) || text.contains(polish) || text.contains(russian)
            || text.contains(ukrainian)
    }

    /// Chinese, Japanese, Korean, Arabic, Hindi.
    private static func isSaidInAsia(_ text: String) -> Bool {
        let chinese = /(?:我|本人)?(?:不能|无法|無法)(?:提供|帮助|幫助|协助|協助|回答|满足|滿足|为您|為您)/
        let japanese =
            /(?:お手伝い|お答え|お応え|お応じ|提供|ご協力|対応|支援)(?:すること)?(?:は|が)?(?:でき(?:ません|かね)|いたしかね)/
        let korean = /(?:도와드릴|도와 드릴|도울|답변할|답변드릴|답변해 드릴|제공할|작성할) 수(?:가|는)? 없/
        let arabic = /لا (?:أستطيع|يمكنني) (?:\S+ )?(?:مساعد|المساعد|تقديم|كتابة|الإجابة|تلبية)/
        let hindi = /(?:मदद|सहायता) नहीं (?:कर|दे) (?:सक|पा)/
        return text.contains(chinese) || text.contains(japanese) || text.contains(korean) || text.contains(arabic)
            || text.contains(hindi)
    }
}
