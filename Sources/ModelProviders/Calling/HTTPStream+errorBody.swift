import Certification
import Curl
import Foundation

extension HTTPStream {
    /// Reads what an answer that is no stream says, ends the transfer, and gives up on a body that breaks off: status and
    /// headers say enough without its rest.
    ///
    /// What an error says fits in far less than `limit`; the rest of a longer body is not waited for.
    ///
    /// - Throws: when we ourselves ended the call.
    func errorBody(upTo limit: Int = 64 * 1024) async throws(ProviderError) -> Data {
        var bytes = Data()
        var chunks = body.makeAsyncIterator()
        do throws(CurlError) {
            while bytes.count < limit, let chunk = try await chunks.next() {
                bytes += chunk.bytes
            }
        } catch {
            let failure = ProviderError(error)
            if failure.category == .cancelled { throw failure }
        }
        cancel()
        return bytes
    }
}
