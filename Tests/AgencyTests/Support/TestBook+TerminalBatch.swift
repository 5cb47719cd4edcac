import CivilTime
import Cryptography
import Foundation
import StrictJSON
import Testing

@testable import Agency

/// An item as a test writes it.
struct TestItem {
    let sequence: Int64
    let key: String
    var account = "13700000001"
    var amountFen: Int64 = 1_500
    var staff = "OP000101"
    var action: TerminalItem.Action?

    static func pay(
        _ sequence: Int64, _ key: String, _ amountFen: Int64 = 1_500, staff: String = "OP000101"
    ) -> TestItem {
        TestItem(sequence: sequence, key: key, amountFen: amountFen, staff: staff)
    }

    static func unused(_ sequence: Int64, _ key: String) -> TestItem {
        TestItem(sequence: sequence, key: key, action: .unused)
    }

    var request: BillPaymentRequest {
        BillPaymentRequest(
            target: .account(productCode: "MOBILE", accountNumber: account), amountFen: amountFen)
    }

    func item() -> TerminalItem {
        let action = action ?? .payBill(request)
        return TerminalItem(
            sequence: sequence, key: key, recordedAt: Instant(millisecondsSinceEpoch: 1_000),
            staffCode: staff, action: action,
            canonicalBytes: [UInt8]("\(sequence) \(key) \(staff) \(action)".utf8))
    }
}

extension TestBook {
    static let terminal = "S0001-T1"

    /// A batch signed with a terminal's key, or with another one.
    func batch(
        _ items: [TestItem], sequences: ClosedRange<Int64>? = nil,
        signedBy terminal: String = TestBook.terminal, of named: String = TestBook.terminal
    ) throws -> TerminalBatch {
        let numbers = items.map(\.sequence)
        let range = try sequences ?? (#require(numbers.min())...#require(numbers.max()))
        func batch(_ signature: MessageAuthenticationCode) -> TerminalBatch {
            TerminalBatch(
                terminalCode: named, sequences: range,
                createdAtText: "2026-11-20T09:30:00+08:00",
                createdAt: Instant(millisecondsSinceEpoch: 2_000), items: items.map { $0.item() },
                signature: signature)
        }
        let secret = try #require(
            try TestNetwork.credentials().terminalSecrets.first { $0.terminalID == terminal }
        ).secretHex
        let key = try SymmetricKey(bytes: SHA256.hash(secret).bytes)
        let unsigned = batch(
            try #require(MessageAuthenticationCode(bytes: [UInt8](repeating: 0, count: 32))))
        return batch(HMACSHA256.authenticate(unsigned.signedBytes, key: key))
    }

    @discardableResult
    func handIn(
        _ items: [TestItem], sequences: ClosedRange<Int64>? = nil, by principal: Principal
    ) throws -> TerminalBatchReport {
        try handIn(try batch(items, sequences: sequences), by: principal)
    }

    func handIn(
        _ batch: TerminalBatch, by principal: Principal
    ) throws -> TerminalBatchReport {
        try TerminalBatchDesk(readers: book.readers, writer: book.writer)
            .handIn(batch, by: principal)
    }
}
