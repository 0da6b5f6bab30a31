/// A rule of form that a program can check: the 25 kinds of IFEval (arXiv 2311.07911, table 1).
///
/// People's units are counted: a character is a grapheme cluster, a word a run of letters, marks and digits with inner
/// apostrophes and hyphens; Chinese and Japanese have no spaces, so there each ideograph or kana is a word.
package enum FormatRule: Sendable, Hashable {
    /// Each occurs, as a whole word, whatever its case.
    case keywords([String])
    /// It occurs so often, as a whole word, whatever its case.
    case keywordFrequency(String, CountRange)
    /// None occurs as a whole word, whatever its case.
    case forbiddenWords([String])
    /// The letter occurs so often, whatever its case.
    case letterFrequency(Character, CountRange)
    /// The text is in this language.
    case language(WrittenLanguage)
    case sentences(CountRange)
    /// Paragraphs are parted by `separator`, by blank lines when it is nil.
    case paragraphs(CountRange, separator: String? = nil)
    case words(CountRange)
    /// There are so many paragraphs, parted by blank lines, and the one of this number, from 1, begins with the word.
    case paragraphStart(paragraphs: Int, number: Int, word: String)
    /// So many places to be filled in, such as `[name]`.
    case placeholders(CountRange)
    /// A line near the end starts with the mark, for example `P.S.`.
    case postscript(String)
    /// So many lines are items of a list, with `*`, `-`, `+` or `•`.
    case bullets(CountRange)
    /// The answer is one of these, and nothing else.
    case options([String])
    /// So many parts are emphasised, as in `*this*` or `**this**`.
    case highlights(CountRange)
    /// So many sections begin with the name and a number, for example `SECTION 1`.
    case sections(name: String, CountRange)
    /// The whole answer is JSON; a code fence around it is allowed.
    case json
    /// A line holds a title in double angular brackets: `<<title>>`.
    case title
    /// Two different answers, parted by six asterisks.
    case twoResponses
    /// The answer begins with this text, and goes on.
    case repeatPrompt(String)
    /// The answer ends with exactly this.
    case endPhrase(String)
    /// So many words have no lowercase letter and at least two uppercase ones.
    case capitalWords(CountRange)
    case allCaps
    case allLowercase
    case noComma
    /// The whole answer stands in double quotation marks.
    case quotation
}
