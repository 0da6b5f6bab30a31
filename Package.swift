// swift-tools-version: 6.2

import PackageDescription

let swiftSettings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

// Products of other packages, each under the name that targets below refer to.
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let coreMetrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let metricsTestKit = Target.Dependency.product(name: "MetricsTestKit", package: "swift-metrics")
let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdTesting = Target.Dependency.product(name: "HummingbirdTesting", package: "hummingbird")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let jwtKit = Target.Dependency.product(name: "JWTKit", package: "jwt-kit")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

func module(
    _ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = []
) -> Target {
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: swiftSettings)
}

func program(
    _ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []
) -> Target {
    .executableTarget(name: name, dependencies: dependencies, resources: resources, swiftSettings: swiftSettings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: swiftSettings)
}

// A testable import of a program also loads what its modules import for themselves, and the C parts of those are found only
// through dependencies of the test's own.
func programTests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    tests(name, dependencies + [systemPackage, hummingbird], exclude: exclude)
}

let package = Package(
    name: "certforge",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "gateway", targets: ["Gateway"]),
        .executable(name: "certification-processor", targets: ["CertificationProcessor"]),
        .executable(name: "notifier", targets: ["Notifier"]),
        .executable(name: "certforge", targets: ["CertForgeCLI"]),
        .executable(name: "bedrock-simulator", targets: ["BedrockSimulator"]),
        .executable(name: "chaos", targets: ["Chaos"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration.git", from: "1.4.0", traits: []),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-system.git", from: "1.8.1"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache.git", from: "2.1.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
        .package(url: "https://github.com/vapor/jwt-kit.git", from: "5.7.1"),
    ],
    targets: [
        // C libraries
        .systemLibrary(name: "CRabbitMQ", pkgConfig: "librabbitmq", providers: [.apt(["librabbitmq-dev"])]),
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),

        // Wrappers: each knows its C library and nothing else
        module("NativeBridge"),
        module("AMQP", ["CRabbitMQ", logging]),
        module("Postgres", ["CLibPQ", "NativeBridge", logging, crypto]),
        module("Curl", ["CCurl"]),

        // Semantics and domain: they know no wrapper
        module("Contracts"),
        module("Messaging", ["Contracts", lifecycle, logging, metrics]),
        module(
            "Certification", ["Contracts", yams, crypto],
            resources: [
                .embedInCode("Registry/registry.json"),
                .embedInCode("Pricing/prices.yaml"),
                .embedInCode("Suites/Bundled/smoke.yaml"),
                .embedInCode("Suites/Bundled/base.yaml"),
                .embedInCode("Suites/Bundled/standard.yaml"),
                .embedInCode("Suites/Bundled/full.yaml"),
                .embedInCode("Judging/Rubrics/rubric-1.yaml"),
                .embedInCode("Judging/Rubrics/rubric-2.yaml"),
                .embedInCode("Judging/Rubrics/rubric-3.yaml"),
            ]),
        module("Certificates", ["Contracts", "Certification", crypto]),
        module("AWSWire", [crypto]),

        // Adapters
        module("MessagingRabbitMQ", ["Messaging", "Contracts", "AMQP", lifecycle, logging, metrics]),
        module(
            "MessagingPostgres", ["Messaging", "Contracts", "Postgres", lifecycle, logging],
            resources: [
                .embedInCode("Migrations/0000_messaging.sql"),
                .embedInCode("Migrations/0006_message_retention.sql"),
            ]),
        module("MessagingTesting", ["Messaging", "Contracts", lifecycle, logging]),
        module("ModelProviders", ["Certification", "Contracts", "Curl", "AWSWire"]),
        module(
            "CertificationStore",
            ["Contracts", "Certification", "Certificates", "Postgres", "Messaging", "MessagingPostgres", logging],
            resources: [
                .embedInCode("Migrations/0001_certification.sql"),
                .embedInCode("Migrations/0002_workers.sql"),
                .embedInCode("Migrations/0003_limits.sql"),
                .embedInCode("Migrations/0004_dead_letters.sql"),
                .embedInCode("Migrations/0005_schedules.sql"),
                .embedInCode("Migrations/0007_budgets.sql"),
                .embedInCode("Migrations/0008_certificates.sql"),
                .embedInCode("Migrations/0009_history.sql"),
                .embedInCode("Migrations/0010_registry.sql"),
                .embedInCode("Migrations/0011_certificate_changes.sql"),
            ]),
        module(
            "ServiceRuntime",
            [
                lifecycle, unixSignals, logging, coreMetrics, configuration, systemPackage, hummingbird, httpTypes,
                nioCore,
            ]),

        // Services
        program(
            "Gateway",
            [
                "Contracts", "Certification", "Certificates", "CertificationStore", "Messaging", "MessagingPostgres",
                "MessagingRabbitMQ", "Postgres", "ServiceRuntime", hummingbird, httpTypes, nioCore, jwtKit, crypto,
                lifecycle, logging, metrics,
            ]),
        program(
            "CertificationProcessor",
            [
                "Contracts", "Certification", "Certificates", "CertificationStore", "Messaging", "MessagingPostgres",
                "MessagingRabbitMQ", "ModelProviders", "AWSWire", "AMQP", "Postgres", "Curl", "ServiceRuntime",
                lifecycle,
                logging, metrics, configuration,
            ]),
        program(
            "Notifier",
            [
                "Contracts", "Messaging", "MessagingPostgres", "MessagingRabbitMQ", "AMQP", "Postgres", "Curl",
                "ServiceRuntime", mustache, crypto, lifecycle, logging, metrics, configuration,
            ],
            resources: [
                .embedInCode("Migrations/0001_notifications.sql"),
                .embedInCode("Migrations/0007_notices.sql"),
                .embedInCode("Mail/job-finished.txt.mustache"),
                .embedInCode("Mail/job-finished.html.mustache"),
                .embedInCode("Mail/notice.txt.mustache"),
                .embedInCode("Mail/notice.html.mustache"),
            ]),
        program(
            "CertForgeCLI",
            [
                "Contracts", "Certification", "Certificates", "CertificationStore", "MessagingPostgres", "Postgres",
                "Curl",
                "ModelProviders", "ServiceRuntime", jwtKit,
                argumentParser, unixSignals, logging, configuration, crypto,
            ]),
        program(
            "BedrockSimulator",
            [
                "AWSWire", "ServiceRuntime", "Certification", "Contracts", hummingbird, httpTypes, nioCore, lifecycle,
                logging, configuration,
            ]),

        // The real programs against private servers: for end-to-end tests and chaos
        module("LocalSystem", ["Postgres", "Curl", logging]),
        program(
            "Chaos",
            [
                "LocalSystem", "Contracts", "AMQP", "Postgres", "Curl", argumentParser, unixSignals, nioCore, nioPosix,
                logging,
            ]),

        // Unit tests: no network beyond what they serve themselves on loopback
        tests("ContractsTests", ["Contracts"]),
        tests("AMQPTests", ["AMQP", "CRabbitMQ", logging]),
        tests("PostgresTests", ["Postgres", logging]),
        tests("CurlTests", ["Curl", "CCurl"]),
        tests(
            "MessagingTests",
            [
                "Messaging", "MessagingTesting", "Contracts", lifecycle, logging, metrics, coreMetrics, metricsTestKit,
            ]),
        tests("MessagingPostgresTests", ["MessagingPostgres", "Contracts"]),
        tests(
            "CertificationTests", ["Certification", "Contracts", yams],
            exclude: ["Fixtures"]),
        tests("CertificatesTests", ["Certificates", "Certification", "Contracts", crypto]),
        tests("AWSWireTests", ["AWSWire"], exclude: ["Fixtures/generate_sigv4_vectors.py"]),
        tests("ModelProvidersTests", ["ModelProviders", "Certification", "Contracts", "Curl", "AWSWire"]),
        tests("ServiceRuntimeTests", ["ServiceRuntime", logging, coreMetrics]),
        programTests(
            "GatewayTests",
            [
                "Gateway", "Certificates", "Certification", "CertificationStore", "Contracts", "MessagingPostgres",
                "Postgres",
                "ServiceRuntime", hummingbirdTesting, httpTypes, nioCore, nioPosix, jwtKit, logging,
            ]),
        programTests(
            "CertificationProcessorTests",
            [
                "CertificationProcessor", "ModelProviders", "Certification", "CertificationStore", "Contracts",
                "Messaging", "Postgres", "ServiceRuntime", lifecycle, logging,
            ]),
        programTests(
            "NotifierTests", ["Notifier", "Contracts", "Messaging", "Postgres", "Curl", "ServiceRuntime", logging]),
        programTests(
            "CertForgeCLITests",
            [
                "CertForgeCLI", "Gateway", "Certification", "Certificates", "Contracts", "Curl", "CurlTests",
                "Postgres",
                "ServiceRuntime", argumentParser,
            ]),
        programTests(
            "BedrockSimulatorTests",
            [
                "BedrockSimulator", "ModelProviders", "Certification", "Contracts", "Curl", "AWSWire", lifecycle,
                logging,
            ]),

        programTests("ChaosTests", ["Chaos", "LocalSystem", "Postgres", nioCore, nioPosix]),

        // Tests against real servers
        programTests(
            "IntegrationTests",
            [
                "CertForgeCLI", "Gateway", "GatewayTests", "ServiceRuntime", "CertificationProcessor", "Notifier",
                "AMQP", "Postgres", hummingbirdTesting, httpTypes, nioCore, metricsTestKit, coreMetrics,
                "Curl", "Messaging", "MessagingTesting",
                "MessagingRabbitMQ", "MessagingPostgres", "CertificationStore", "Certificates", "Certification",
                "Contracts", lifecycle, logging, metrics,
            ], exclude: ["Curl/Servers"]),
        tests("EndToEndTests", ["LocalSystem", "AMQP", "Postgres", "Curl", logging]),
    ]
)
