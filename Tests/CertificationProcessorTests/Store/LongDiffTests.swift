import Testing

@testable import CertificationStore

@Suite("The difference of long texts")
struct LongDiffTests {
    private func diff(_ old: [String], _ new: [String]) -> [Substring] {
        UnifiedDiff(
            from: old.joined(separator: "\n"), to: new.joined(separator: "\n"), oldName: "old", newName: "new"
        ).text.split(separator: "\n")
    }

    @Test("Changes come with three lines around them, and those far apart in hunks of their own")
    func hunks() {
        let old = (1...20).map { "line \($0)" }
        var new = old
        new[1] = "other"
        new.insert("more", at: 15)
        #expect(
            diff(old, new) == [
                "--- old", "+++ new", "@@ -1,5 +1,5 @@", " line 1", "-line 2", "+other", " line 3", " line 4",
                " line 5",
                "@@ -13,6 +13,7 @@", " line 13", " line 14", " line 15", "+more", " line 16", " line 17", " line 18",
            ])
        #expect(diff(old, old).isEmpty)
        #expect(diff(["a"], ["a", "a"]) == ["--- old", "+++ new", "@@ -1,1 +1,2 @@", " a", "+a"])
    }

    @Test("Twenty thousand lines take seconds at most, changed at both ends of a few or all of them")
    func long() {
        let old = (1...20_000).map { "line \($0)" }
        var few = old
        few[9_000] = "other"
        few[10_500] = "another"
        let started = ContinuousClock.now
        let some = diff(old, few)
        #expect(some.count == 2 + 2 * (1 + 3 + 2 + 3))
        let all = diff(old, old.map { "new \($0)" })
        #expect(all.count == 3 + 40_000)
        #expect(all[3] == "-line 1" && all.last == "+new line 20000")
        // What compares each line with each takes minutes.
        #expect(ContinuousClock.now - started < .seconds(20))
    }
}
