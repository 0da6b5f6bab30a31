import Contracts
import Testing

@Suite("The W3C trace context")
struct TraceContextTests {
    private let valid = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    @Test("A valid header is read and written back")
    func roundTrip() throws {
        let context = try #require(TraceContext(traceparent: valid, tracestate: "a=b"))
        #expect(context.traceparent == valid)
        #expect(context.traceState == "a=b")
        #expect(context.isSampled)
    }

    @Test("A child keeps the trace and the state and gets a span of its own")
    func child() throws {
        let parent = try #require(TraceContext(traceparent: valid, tracestate: "a=b"))
        let child = parent.child()
        #expect(child.traceID == parent.traceID)
        #expect(child.traceState == parent.traceState)
        #expect(child.spanID != parent.spanID)
        #expect(TraceContext(traceparent: child.traceparent) != nil)
    }

    @Test(
        "A header that is not valid is refused",
        arguments: [
            "", "00", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-extra",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-zz",
        ])
    func refused(header: String) {
        #expect(TraceContext(traceparent: header) == nil)
    }

    @Test("A later version with more fields is read as version 00")
    func laterVersion() throws {
        let header = "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-comes-later"
        #expect(try #require(TraceContext(traceparent: header)).traceID == "0af7651916cd43dd8448eb211c80319c")
    }

    @Test("New traces differ")
    func random() {
        #expect(TraceContext().traceID != TraceContext().traceID)
    }
}
