/// A rule of form that a program can check, of the kinds of IFEval (arXiv 2311.07911, table 1).
package enum FormatRule: Sendable, Hashable, Codable {
    case wordCount(ClosedRange<Int>)
}
