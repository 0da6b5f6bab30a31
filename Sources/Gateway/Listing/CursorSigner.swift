import Crypto
import Foundation

/// Makes and checks the cursors of lists: the id or the place of a page's last element with a tag that binds it to the list and its
/// filters, so that a cursor is only good where it was given out.
struct CursorSigner: Sendable {
    private static let tagLength = 16

    private let key: SymmetricKey

    /// The secret is the same in every gateway, because any of them may be asked for the next page.
    init(secret: String) {
        key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: Data(secret.utf8)), info: Data("certforge list cursor 1".utf8),
            outputByteCount: 32)
    }

    /// The cursor of a page that ends with `id`; `list` names the list and its filters.
    func cursor(after id: UUID, in list: String) -> String {
        cursor(after: withUnsafeBytes(of: id.uuid) { Data($0) }, in: list)
    }

    /// The cursor of a page that ends at a position of the list's own kind.
    func cursor(after position: Data, in list: String) -> String {
        (position + tag(of: position, in: list)).base64URLEncoded
    }

    /// The id of a cursor that was given out for this very list; nil for anything else.
    func id(of cursor: String, in list: String) -> UUID? {
        guard let bytes = position(of: cursor, in: list), bytes.count == 16 else { return nil }
        return bytes.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
    }

    /// The position of a cursor that was given out for this very list; nil for anything else.
    func position(of cursor: String, in list: String) -> Data? {
        guard let data = Data(base64URLEncoded: cursor), data.count > Self.tagLength else { return nil }
        let bytes = Data(data.dropLast(Self.tagLength))
        return isTag(data.suffix(Self.tagLength), of: bytes, in: list) ? bytes : nil
    }

    private func tag(of id: Data, in list: String) -> Data {
        Data(HMAC<SHA256>.authenticationCode(for: id + Data(list.utf8), using: key)).prefix(Self.tagLength)
    }

    /// Takes the same time whatever the bytes are, so that a tag cannot be found byte by byte.
    private func isTag(_ candidate: Data, of id: Data, in list: String) -> Bool {
        zip(candidate, tag(of: id, in: list)).reduce(into: UInt8(0)) { $0 |= $1.0 ^ $1.1 } == 0
    }
}
