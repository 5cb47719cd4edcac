extension PartnerDesk {
    /// Pays a basket once for each key; `completion` hears when each partner was heard, or not.
    ///
    /// - Throws: `WriterError` when the intent could not be queued; then nothing was begun.
    public func payBasket(
        _ request: BasketRequest, claim: IdempotencyClaim, by principal: Principal,
        completion: @escaping Completion
    ) throws {
        try lead(completion) { try $0.startBasket(request, claim: claim, by: principal) }
    }
}
