import Foundation
import Testing

@testable import CertForgeCLI

@Suite("A verdict's figures")
struct FiguresReportTests {
    private func figures(_ json: String) throws -> FiguresAnswer {
        try JSONDecoder().decode(FiguresAnswer.self, from: Data(json.utf8))
    }

    @Test("They are told in a few lines, availability and throttle rate apart")
    func full() throws {
        let figures = try figures(
            """
            {"coverage": {"judged": 9, "applicable": 10, "total": 11, "reported": 2}, "quality": 0.9167,
             "qualityInterval": {"lower": 0.55, "upper": 0.98}, "successRate": 0.8889,
             "successInterval": {"lower": 0.57, "upper": 0.98}, "calls": 30, "availability": 0.996,
             "throttleRate": 0.3, "unknownErrors": 1, "latencyP50Ms": 812.4,
             "latencySample": {"count": 30, "isReliable": true}, "ttftP50Ms": 301.2,
             "ttftSample": {"count": 7, "isReliable": false}, "outputTokensPerSecond": 42.5,
             "throughputSample": {"count": 7, "isReliable": false}, "serviceLevel": {"serviceClass": "small", "met": 7, "requests": 9},
             "costUsd": "0.0012",
             "capabilities": [{"capability": "streaming", "finding": "works"}, {"capability": "tools", "finding": "broken"},
                              {"capability": "vision", "finding": "untested"}],
             "topFailures": [{"test": "t1", "outcome": "FAIL", "explanation": "No Paris."}],
             "findings": [{"code": "REQUEST_INVALID", "test": "t2", "explanation": "It was refused as invalid."}]}
            """)
        #expect(
            FiguresReport(figures).lines == [
                "tests: 9 of 13 tests judged (1 not judged, 1 skipped, 2 only reported) · passed 89 % "
                    + "(95 %: 57 %–98 %) · quality 92 % (95 %: 55 %–98 %)",
                "calls: 30 calls · availability >99 % · throttle rate 30 % · 1 UNKNOWN error",
                "times: latency p50 812 ms (n = 30) · first token p50 301 ms (n = 7, too few to rely on) · 42.5 tokens/s "
                    + "(n = 7, too few to rely on) · goodput 7 of 9 within the limits of class small",
                "cost: $0.0012",
                "capabilities: works: streaming · broken though declared: tools · declared, not tested: vision",
                "FAIL t1: No Paris.", "found by t2: It was refused as invalid.",
            ])
    }

    @Test("What was not measured is not told")
    func least() throws {
        let figures = try figures(
            """
            {"coverage": {"judged": 0, "applicable": 1, "total": 1}, "calls": 1, "capabilities": [], "topFailures": []}
            """)
        #expect(FiguresReport(figures).lines == ["tests: 0 of 1 test judged (1 not judged)", "calls: 1 call"])
    }

    @Test(
        "A share that is not all is never shown as all",
        arguments: [(0, "0 %"), (0.001, "<1 %"), (0.5, "50 %"), (0.999, ">99 %"), (1, "100 %")] as [(Double, String)])
    func percent(share: Double, text: String) {
        #expect(share.percent == text)
    }
}
