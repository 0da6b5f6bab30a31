import Foundation

/// Asks whoever sits at the terminal.
enum Question {
    /// Anything but a yes is a no, the end of the input too.
    static func isAnsweredYes(_ text: String) -> Bool {
        Console.note("\(text.terminalSafe) [y/N] ")
        let answer = readLine()?.trimmingCharacters(in: .whitespaces).lowercased()
        return answer == "y" || answer == "yes"
    }
}
