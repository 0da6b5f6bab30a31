import HTTPTypes
import Hummingbird

/// The methods that HTTP itself defines (RFC 9110 §9.3 and RFC 5789).
enum KnownMethods {
    static let all: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options, .trace, .connect]

    static func contains(_ method: HTTPRequest.Method) -> Bool { all.contains(method) }
}

/// A path and what it answers to each of its methods.
struct Endpoint: Sendable {
    typealias Handler = @Sendable (Request, GatewayContext) async throws -> Response

    let path: RouterPath
    /// Whether it is answered without a token.
    let isPublic: Bool
    private let handlers: [HTTPRequest.Method: Handler]

    init(_ path: RouterPath, isPublic: Bool = false, _ handlers: [HTTPRequest.Method: Handler]) {
        self.path = path
        self.isPublic = isPublic
        self.handlers = handlers
    }

    /// The methods that do something of their own.
    var methods: Set<HTTPRequest.Method> { Set(handlers.keys) }

    /// The `Allow` header: GET implies HEAD, and OPTIONS is always answered.
    var allow: String {
        var methods = Set(handlers.keys).union([.options])
        if methods.contains(.get) { methods.insert(.head) }
        return KnownMethods.all.filter(methods.contains).map(\.rawValue).joined(separator: ", ")
    }

    /// Adds the endpoint to `router`, its own methods behind `authentication` unless it is public. Every other method is told which ones
    /// there are: OPTIONS kindly, the rest as a problem.
    func add(to router: Router<GatewayContext>, behind authentication: BearerAuthentication) {
        let allow = allow
        let group = isPublic ? router.group() : router.group().add(middleware: authentication)
        for (method, handler) in handlers {
            group.on(path, method: method, use: handler)
        }
        let headIsGet = handlers[.get] != nil
        for method in KnownMethods.all where handlers[method] == nil && !(method == .head && headIsGet) {
            router.on(path, method: method) { _, _ -> Response in
                guard method != .options else { return Response(status: .noContent, headers: [.allow: allow]) }
                throw Problem(
                    .methodNotAllowed, detail: "This resource answers \(allow).", headers: [.allow: allow])
            }
        }
    }
}
