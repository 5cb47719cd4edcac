import CivilTime
import Foundation
import HTTPClient
import ScriptedServer

@testable import PartnerAPI

/// A partner on a real socket that answers what a test says, signed as it should be or not.
final class ScriptedPartner: Sendable {
    enum Answer: Sendable {
        /// A status and a body with the right signature.
        case signed(Int, String)
        /// With a signature for another request.
        case signedForAnother(String)
        case unsigned(Int, String)
        case steps([ScriptedServer.Step])
    }

    let server: ScriptedServer

    init(_ answer: @escaping @Sendable (ScriptedServer.Request) -> Answer) throws {
        let key = try SignatureTests.key()
        server = try ScriptedServer { request in
            Self.steps(answer(request), request.header(SignedRequest.Header.nonce) ?? "-", key)
        }
    }

    private static func steps(
        _ answer: Answer, _ nonce: String, _ key: SigningKey
    ) -> [ScriptedServer.Step] {
        func signed(_ status: Int, _ body: String, _ nonce: String) -> [ScriptedServer.Step] {
            let headers = SignedAnswer.headers(
                status: status, body: Array(body.utf8), nonce: nonce, key: key)
            return [.answer(status, body, headers: headers.map { ($0.name, $0.value) })]
        }
        switch answer {
        case .signed(let status, let body): return signed(status, body, nonce)
        case .signedForAnother(let body):
            return signed(200, body, String(repeating: "0", count: 32))
        case .unsigned(let status, let body): return [.answer(status, body)]
        case .steps(let steps): return steps
        }
    }

    func gateway(
        totalMilliseconds: Int = 20_000, path: String = ""
    ) throws -> HTTPPartnerGateway {
        var configuration = HTTPPartnerConfiguration(
            baseURL: "http://127.0.0.1:\(server.port)\(path)", key: try SignatureTests.key())
        configuration.client.totalTimeoutMilliseconds = totalMilliseconds
        return try HTTPPartnerGateway(configuration: configuration)
    }

    func stop() { server.stop() }
}

enum Sample {
    static let serial = PartnerSerial("000000000042")

    static func post(_ number: Int = 42, amountFen: Int64 = 5_230) throws -> PartnerPost {
        guard let serial = PartnerSerial("S\(number)") else { throw SampleError() }
        return PartnerPost(
            serial: serial, kind: .payment, product: "WATER", account: "W0001",
            amountFen: amountFen)
    }

    static func query(_ number: Int = 42, amountFen: Int64 = 5_230) throws -> PartnerQuery {
        PartnerQuery(serial: try post(number).serial, amountFen: amountFen)
    }

    static func reversal(_ number: Int = 42) throws -> PartnerReversal {
        PartnerReversal(serial: try post(number).serial, amountFen: 5_230, reason: "no answer")
    }
}

struct SampleError: Error {}
