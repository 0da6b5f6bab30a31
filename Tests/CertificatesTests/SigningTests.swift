import Contracts
import Foundation
import Testing

@testable import Certificates

@Suite("Signing keys") struct SigningKeyTests {
    @Test("The thumbprint of RFC 8037's key is the RFC's")
    func thumbprint() throws {
        let key = try SigningKey(text: Sample.privateJWK)
        #expect(key.publicKey.id == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
        #expect(key.publicKey.x == "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
    }

    @Test("A key is read as JSON, as it was written, and as PEM of OpenSSL")
    func forms() throws {
        let key = SigningKey()
        #expect(try SigningKey(text: key.privateJSON).publicKey == key.publicKey)
        // RFC 8410 §10.3.
        let pem = """
            -----BEGIN PRIVATE KEY-----
            MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
            -----END PRIVATE KEY-----
            """
        #expect(try SigningKey(text: pem).publicKey.x == "Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE")
    }

    @Test(
        "What is no key is refused in a sentence that holds nothing of it",
        arguments: [
            "secret-words", #"{"secret-words":1}"#, #"{"kty":"RSA","crv":"","x":"secret-words"}"#,
            #"{"kty":"OKP","crv":"Ed25519","x":"secret-words"}"#,
            #"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","d":"secret-words"}"#,
            #"{"kty":"OKP","crv":"Ed25519","x":"AAAA","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}"#,
            "-----BEGIN PRIVATE KEY-----\nsecret-words\n-----END PRIVATE KEY-----",
            "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----",
        ])
    func refused(text: String) {
        let error = #expect(throws: SigningKeyError.self) { try SigningKey(text: text) }
        #expect(error?.description.contains("secret-words") == false)
    }

    @Test("No description shows the private part")
    func description() throws {
        let key = try SigningKey(text: Sample.privateJWK)
        #expect(!"\(key) \(String(reflecting: key))".contains("nWGxne"))
    }

    @Test("A key set comes back as it went, without private parts, and skips kinds it does not know")
    func keySet() throws {
        var old = SigningKey().publicKey
        old.validFrom = Sample.now
        old.validUntil = Sample.now.addingTimeInterval(60)
        let set = KeySet([SigningKey().publicKey, old])
        #expect(try KeySet(json: set.json()) == set)
        let mixed = #"{"keys":[{"kty":"RSA","n":"x","e":"AQAB"},\#(Sample.privateJWK)]}"#
        let keys = try KeySet(json: Data(mixed.utf8))
        #expect(keys.keys.map(\.id) == ["kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"])
        #expect(!String(decoding: try keys.json(), as: UTF8.self).contains("nWGxne"))
        #expect(throws: SigningKeyError.self) { try KeySet(json: Data(#"{"keys":[]}"#.utf8)) }
    }
}

@Suite("Verifying a certificate") struct CertificateVerifierTests {
    private let key = SigningKey()

    private func report(
        _ certificate: String, keys: KeySet? = nil, revocations: RevocationList? = nil, evidence: JSONValue? = nil,
        at moment: Date = Sample.now.addingTimeInterval(60)
    ) -> CertificateReport {
        CertificateVerifier(keys: keys ?? KeySet([key.publicKey]), revocations: revocations, evidence: evidence)
            .report(on: certificate, at: moment)
    }

    @Test("A certificate is valid with its key, and says what it is about")
    func valid() throws {
        let report = report(try Sample.certificate(key: key))
        #expect(report.outcome == .valid)
        #expect(report.findings.isEmpty)
        #expect(report.statement?.certificate.target == Sample.target)
    }

    @Test("One changed character anywhere makes it invalid")
    func everyByte() throws {
        let certificate = Array(try Sample.certificate(key: key).utf8)
        let alphabet = Array("AZaz09-_.".utf8)
        for index in certificate.indices where index % 3 == 0 || index > certificate.count - 100 {
            for replacement in alphabet where replacement != certificate[index] {
                var changed = certificate
                changed[index] = replacement
                #expect(report(String(decoding: changed, as: UTF8.self)).outcome == .invalid, "byte \(index)")
                // One other value is enough but at the end, where base64 has bits that mean nothing.
                if index < certificate.count - 2 { break }
            }
        }
        // Every value of the last character.
        for replacement in Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        where replacement != certificate.last {
            let changed = String(decoding: certificate.dropLast() + [replacement], as: UTF8.self)
            #expect(report(changed).outcome == .invalid)
        }
    }

    @Test("Another key's signature, another algorithm and another kind of document are each told by name")
    func forgeries() throws {
        let certificate = try Sample.certificate(key: key)
        #expect(report(certificate, keys: KeySet([SigningKey().publicKey])).findings.first?.reason == .unknownKey)
        let parts = certificate.split(separator: ".").map(String.init)
        let forged = try Sample.certificate(key: SigningKey()).split(separator: ".").map(String.init)
        #expect(report("\(parts[0]).\(parts[1]).\(forged[2])").findings.first?.reason == .signature)
        for alg in ["none", "HS256"] {
            let header = Base64URL.encode(
                Data(#"{"alg":"\#(alg)","kid":"\#(key.publicKey.id)","typ":"certforge-certificate+jws"}"#.utf8))
            #expect(report("\(header).\(parts[1]).\(parts[2])").findings.first?.reason == .algorithm)
            #expect(report("\(header).\(parts[1]).").findings.first?.reason == .algorithm)
        }
        let list = try RevocationList(issuedAt: Sample.now, nextUpdate: Sample.now, revoked: []).signed(with: key)
        #expect(report(list).findings.first?.reason == .otherKind)
        let other = try SignedDocument.sign(Data("{}".utf8), as: .certificate, with: key)
        #expect(report(other).findings.first?.reason == .statement)
        for text in ["", ".", "..", "a.b", "\(certificate).x", String(repeating: "A", count: 300_000), "😀.é.\u{0}"] {
            #expect(report(text).outcome == .invalid)
        }
    }

    @Test("It is expired from its very end on, and says what ended it")
    func expired() throws {
        let certificate = try Sample.certificate(key: key)
        let end = Sample.now.addingTimeInterval(7 * 86_400)
        #expect(report(certificate, at: end.addingTimeInterval(-0.001)).outcome == .valid)
        let report = report(certificate, at: end)
        #expect(report.outcome == .expired)
        #expect(report.findings.first?.text.contains("the suite lets its certificates hold no longer") == true)
        #expect(
            self.report(certificate, at: Sample.now.addingTimeInterval(-120)).findings.first?.reason == .notYetValid)
    }

    @Test("A list of revocations revokes it, also once it has expired; an old list is told")
    func revoked() throws {
        let certificate = try Sample.certificate(key: key)
        let moment = Sample.now.addingTimeInterval(30)
        let entry = RevocationList.Entry(
            id: Sample.certificate, cause: .byOperator, reason: "Wrong model.", revokedAt: moment)
        let list = RevocationList(
            issuedAt: moment, nextUpdate: moment.addingTimeInterval(86_400), revoked: [entry])
        let read = try RevocationList(list.signed(with: key), keys: KeySet([key.publicKey]))
        #expect(read == list)
        #expect(report(certificate, revocations: read).outcome == .revoked)
        // Within a minute clocks may differ.
        #expect(report(certificate, revocations: read, at: moment.addingTimeInterval(-59)).outcome == .revoked)
        #expect(report(certificate, revocations: read, at: moment.addingTimeInterval(-61)).outcome == .valid)
        let late = report(certificate, revocations: read, at: Sample.now.addingTimeInterval(30 * 86_400))
        #expect(late.outcome == .revoked)
        #expect(late.findings.map(\.reason) == [.revoked, .revocationsOutOfDate, .expired])
        #expect(throws: SignedDocument.Fault.self) {
            try RevocationList(list.signed(with: SigningKey()), keys: KeySet([key.publicKey]))
        }
    }

    @Test("A list that is out of date says how old it is, and none holds for longer than a week, whatever it says")
    func staleList() throws {
        let certificate = try Sample.certificate(key: key)
        let list = { (days: Double) in
            RevocationList(
                issuedAt: Sample.now, nextUpdate: Sample.now.addingTimeInterval(days * 86_400), revoked: [])
        }
        let finding = { (days: Double, age: TimeInterval) in
            report(certificate, revocations: list(days), at: Sample.now.addingTimeInterval(age)).findings.first
        }
        #expect(finding(1, 86_400) == nil)
        for (age, words) in [
            (86_401.0, "for 1 second:"), (86_400 + 90, "for 1 minute:"), (86_400 + 7_300, "for 2 hours:"),
            (3.5 * 86_400, "for 2 days:"),
        ] {
            let found = try #require(finding(1, age))
            #expect(found.reason == .revocationsOutOfDate)
            #expect(
                found.text.contains("is of 2027-01-15T08:00:00Z and out of date since 2027-01-16T08:00:00Z, \(words)"))
        }
        #expect(finding(10_000, 6.9 * 86_400) == nil)
        #expect(
            report(certificate, revocations: list(10_000), at: Sample.now.addingTimeInterval(6.5 * 86_400)).outcome
                == .valid)
        let late = report(certificate, revocations: list(10_000), at: Sample.now.addingTimeInterval(8 * 86_400))
        #expect(late.findings.map(\.reason) == [.revocationsOutOfDate, .expired])
    }

    @Test("A revocation for a cause that only a later program knows is one")
    func laterCause() throws {
        let payload = """
            {"issuedAt":"2027-01-15T08:00:00.000Z","nextUpdate":"2027-01-16T08:00:00.000Z","revoked":[
            {"id":"\(Sample.certificate)","cause":"of-tomorrow","reason":"R.","revokedAt":"2027-01-15T08:00:00.000Z"}]}
            """
        let signed = try SignedDocument.sign(Data(payload.utf8), as: .revocations, with: key)
        let list = try RevocationList(signed, keys: KeySet([key.publicKey]))
        #expect(list.revoked.map(\.cause) == [nil])
        #expect(report(try Sample.certificate(key: key), revocations: list).outcome == .revoked)
    }

    @Test("A header that asks for what is not known, and a key that calls itself another's, are refused")
    func headers() throws {
        let certificate = try Sample.certificate(key: key)
        let payload = try #require(certificate.split(separator: ".").dropFirst().first)
        let header = Base64URL.encode(
            Data(
                """
                {"alg":"EdDSA","b64":false,"crit":["b64"],"kid":"\(key.publicKey.id)","typ":"certforge-certificate+jws"}
                """.utf8))
        let signature = Base64URL.encode(try key.signature(of: Data("\(header).\(payload)".utf8)))
        let report = report("\(header).\(payload).\(signature)")
        #expect(report.outcome == .invalid && report.findings.map(\.reason) == [.malformed])

        let thief = SigningKey()
        let set = #"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"\#(key.publicKey.id)","x":"\#(thief.publicKey.x)"}]}"#
        let keys = try KeySet(json: Data(set.utf8))
        #expect(keys.keys.map(\.id) == [thief.publicKey.id])
        #expect(self.report(certificate, keys: keys).findings.map(\.reason) == [.unknownKey])
        // Signed by the thief in the name of the other key.
        let input = certificate.split(separator: ".").prefix(2).joined(separator: ".")
        let forged = "\(input).\(Base64URL.encode(try thief.signature(of: Data(input.utf8))))"
        let both = KeySet([thief.publicKey, key.publicKey])
        #expect(self.report(forged, keys: both).findings.map(\.reason) == [.signature])
    }

    @Test("What was signed after a key's end does not count, what was signed before still does")
    func retiredKey() throws {
        let certificate = try Sample.certificate(key: key)
        var retired = key.publicKey
        retired.validUntil = Sample.now.addingTimeInterval(1)
        #expect(report(certificate, keys: KeySet([retired])).outcome == .valid)
        retired.validUntil = Sample.now.addingTimeInterval(-1)
        #expect(report(certificate, keys: KeySet([retired])).findings.first?.reason == .keyNotValidThen)
    }

    @Test("The evidence must be what the certificate names, with its texts and without, however it is laid out")
    func evidence() throws {
        let certificate = try Sample.certificate(key: key)
        for texts in [false, true] {
            let json = Sample.pack.json(texts: texts)
            #expect(report(certificate, evidence: json).outcome == .valid)
            let pretty = try JSONValue(parsing: json.lines().joined(separator: "\n"))
            #expect(report(certificate, evidence: pretty).outcome == .valid)
        }
        let told = String(decoding: Sample.pack.json(texts: true).canonicalData, as: UTF8.self)
        for (old, new) in [
            ("312.345", "112.345"), ("Hello!", "Hullo!"), ("PASS", "FAIL"), ("req-1", "req-2"), ("It broke.", ""),
        ] {
            let changed = try JSONValue(parsing: told.replacing(old, with: new, maxReplacements: 1))
            #expect(report(certificate, evidence: changed).findings.first?.reason == .evidence, "\(old)")
        }
        #expect(report(certificate, evidence: .array([])).outcome == .invalid)
        #expect(!String(decoding: Sample.pack.json(texts: false).canonicalData, as: UTF8.self).contains("Hello"))
    }
}
