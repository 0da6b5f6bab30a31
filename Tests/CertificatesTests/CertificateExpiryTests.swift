import Certification
import Foundation
import Testing

@testable import Certificates

@Suite("How long a certificate holds") struct CertificateExpiryTests {
    private static func day(_ number: Double) -> Date { Sample.now.addingTimeInterval(number * 86_400) }

    @Test("The earliest of all limits ends it and is named", arguments: CertificateExpiry.Cause.allCases)
    func earliest(cause: CertificateExpiry.Cause) throws {
        let date = { (mine: CertificateExpiry.Cause, other: Double) in
            cause == mine ? Self.day(2) : Self.day(other)
        }
        let terms = CertificateTerms(
            suiteDigest: "", suiteLifetimeDays: cause == .suiteLifetime ? 2 : 30,
            rubricValidUntil: date(.rubricChange, 20),
            price: .init(name: "p", validUntil: date(.priceChange, 21)),
            lifecycle: ModelLifecycle(
                status: .active, legacyFrom: date(.modelLegacy, 22), endOfLife: date(.modelEndOfLife, 23)))
        let expiry = try #require(CertificateExpiry.earliest(issuedAt: Sample.now, under: terms))
        #expect(expiry == CertificateExpiry(date: Self.day(2), cause: cause))
    }

    @Test("With nothing known it is the suite's lifetime, of a day at least")
    func lifetime() {
        let expiry = {
            CertificateExpiry.earliest(issuedAt: Sample.now, under: .init(suiteDigest: "", suiteLifetimeDays: $0))
        }
        #expect(expiry(7)?.date == Self.day(7))
        #expect(expiry(0)?.date == Self.day(1))
    }

    @Test("A model that is legacy already is certified until its end")
    func legacy() {
        let terms = CertificateTerms(
            suiteDigest: "",
            lifecycle: ModelLifecycle(status: .legacy, legacyFrom: Self.day(-10), endOfLife: Self.day(3)))
        let expiry = CertificateExpiry.earliest(issuedAt: Sample.now, under: terms)
        #expect(expiry == CertificateExpiry(date: Self.day(3), cause: .modelEndOfLife))
    }

    @Test("A model that is gone gets no certificate")
    func gone() {
        for lifecycle in [
            ModelLifecycle(status: .legacy, endOfLife: Sample.now), ModelLifecycle(status: .retired),
        ] {
            let terms = CertificateTerms(suiteDigest: "", lifecycle: lifecycle)
            #expect(CertificateExpiry.earliest(issuedAt: Sample.now, under: terms) == nil)
        }
    }
}
