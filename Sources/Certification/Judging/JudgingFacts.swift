/// What a verdict takes into account beside the results.
package struct JudgingFacts: Sendable, Hashable, Codable {
    /// What the registry declares the model to do, sorted; nil when it does not know the model.
    package var declared: [Capability]?
    /// The class that the registry declares.
    package var serviceClass: ServiceClass?
    /// SHA-256 of the suite as it is catalogued, in lowercase hexadecimal.
    package var suiteDigest: String?
    /// Where else the model is offered, of a target whose provider does not know it in its region.
    package var elsewhere: Elsewhere?

    package init(declared: [Capability]? = nil, serviceClass: ServiceClass? = nil, suiteDigest: String? = nil) {
        self.declared = declared?.sorted()
        self.serviceClass = serviceClass
        self.suiteDigest = suiteDigest
    }

    /// The facts of a registered model; those of an unknown one when it is nil.
    package init(of model: RegisteredModel?, suiteDigest: String? = nil) {
        self.init(
            declared: model.map { Array($0.declaredCapabilities) }, serviceClass: model?.serviceClass,
            suiteDigest: suiteDigest)
    }
}
