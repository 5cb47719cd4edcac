/// Where a cash transfer stands; the raw value stands in the database.
///
///     offered → received                the receiver counted what was sent
///     offered → cancelled               the sender took it back
///     offered → disputed → resolved     another sum arrived; a supervisor finds out
///
/// While it is offered its amount is in transit; while it is disputed, what did not arrive.
public enum TransferState: String, CaseIterable, Sendable {
    case offered, received, cancelled, disputed, resolved
}

/// What happens to a transfer.
enum TransferEvent: String, CaseIterable, Sendable {
    case receive
    /// Another sum arrived than was sent.
    case receiveOther
    case cancel
    case resolve
}

extension TransferState {
    /// The state after an event.
    ///
    /// - Throws: `Refusal` with `transferNotOffered`, `transferNotDisputed`.
    func after(_ event: TransferEvent) throws(Refusal) -> TransferState {
        switch (self, event) {
        case (.offered, .receive): return .received
        case (.offered, .receiveOther): return .disputed
        case (.offered, .cancel): return .cancelled
        case (.disputed, .resolve): return .resolved
        case (.received, .receive), (.received, .receiveOther), (.received, .cancel),
            (.cancelled, .receive), (.cancelled, .receiveOther), (.cancelled, .cancel),
            (.disputed, .receive), (.disputed, .receiveOther), (.disputed, .cancel),
            (.resolved, .receive), (.resolved, .receiveOther), (.resolved, .cancel):
            throw Refusal(
                .transferNotOffered,
                "the transfer is \(rawValue) and no longer under way; see GET /v1/cash-transfers",
                zh: "该笔调拨已不在途，请查询调拨状态")
        case (.offered, .resolve), (.received, .resolve), (.cancelled, .resolve),
            (.resolved, .resolve):
            throw Refusal(
                .transferNotDisputed,
                "the transfer is \(rawValue), not disputed; there is nothing to resolve",
                zh: "该笔调拨没有争议，无需处理")
        }
    }
}

/// Where cash lies.
public enum CashPlaceKind: String, CaseIterable, Sendable {
    case till
    /// A centre's vault.
    case centre
    /// A centre's account at the bank.
    case bank
}

/// What a supervisor found out about cash that did not arrive, or arrived and was not sent.
public enum TransferResolution: String, CaseIterable, Sendable {
    /// The sender counted wrongly: the difference is in its till or vault.
    case withSender = "with_sender"
    /// The receiver counted wrongly.
    case withReceiver = "with_receiver"
    /// Nobody has it, or knows whose it is.
    case unexplained
}
