// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
]

func module(_ name: String, _ dependencies: Target.Dependency...) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(of name: String, _ dependencies: Target.Dependency...) -> Target {
    .testTarget(
        name: name + "Tests", dependencies: [.byName(name: name)] + dependencies,
        swiftSettings: settings)
}

let package = Package(
    name: "AgencyPOS",
    products: [
        .executable(name: "agencypos", targets: ["AgencyPOS"])
    ],
    targets: [
        .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CSSL", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CMicroHTTPD", providers: [.apt(["libmicrohttpd-dev"])]),
        .systemLibrary(name: "CCurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CQREncode", providers: [.apt(["libqrencode-dev"])]),

        module("CivilTime"),
        module("StrictJSON"),
        module("Cryptography", "CSSL"),
        module("SQL", "CSQLite", "CivilTime", "Cryptography"),
        module("Ledger", "SQL", "Cryptography", "CivilTime", "StrictJSON"),
        module("Settlement", "Cryptography", "CivilTime", "StrictJSON"),
        module("HTTPServer", "CMicroHTTPD"),
        module("HTTPClient", "CCurl"),
        module("PartnerAPI", "StrictJSON", "Cryptography", "CivilTime", "HTTPClient"),
        module("Printing", "CQREncode"),
        module(
            "Agency", "Ledger", "Settlement", "Printing", "PartnerAPI", "HTTPClient", "SQL",
            "Cryptography", "CivilTime", "StrictJSON"),
        .executableTarget(
            name: "AgencyPOS",
            dependencies: [
                "Agency", "HTTPServer", "PartnerAPI", "Ledger", "Settlement", "SQL", "Printing",
                "Cryptography", "CivilTime", "StrictJSON",
            ],
            swiftSettings: settings),

        // What `make bench` runs; no product of the package.
        .executableTarget(
            name: "LedgerBench", dependencies: ["Ledger", "SQL", "CivilTime"],
            path: "bench/ledger", swiftSettings: settings),
        // A disk that fails, for tests only.
        .target(
            name: "FaultyDisk", dependencies: ["SQL", "CSQLite"], path: "Tests/Support/FaultyDisk",
            swiftSettings: settings),
        // A server that misbehaves, for tests only.
        .target(
            name: "ScriptedServer", path: "Tests/Support/ScriptedServer", swiftSettings: settings),

        tests(of: "CivilTime"),
        tests(of: "StrictJSON"),
        tests(of: "Cryptography"),
        tests(of: "SQL"),
        tests(of: "Ledger", "FaultyDisk", "SQL", "Cryptography", "CivilTime", "StrictJSON"),
        tests(of: "Settlement", "Cryptography", "CivilTime", "StrictJSON"),
        tests(of: "HTTPServer"),
        tests(of: "Printing"),
        tests(of: "HTTPClient", "ScriptedServer"),
        tests(
            of: "PartnerAPI", "HTTPClient", "ScriptedServer", "Cryptography", "CivilTime",
            "StrictJSON"),
        tests(
            of: "Agency", "FaultyDisk", "Ledger", "SQL", "Settlement", "Printing", "PartnerAPI",
            "Cryptography",
            "CivilTime", "StrictJSON"),
        tests(
            of: "AgencyPOS", "Agency", "HTTPServer", "HTTPClient", "PartnerAPI", "Ledger", "SQL",
            "Settlement", "Printing", "Cryptography", "CivilTime", "StrictJSON"),
    ]
)
