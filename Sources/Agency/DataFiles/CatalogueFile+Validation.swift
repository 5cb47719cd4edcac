import CivilTime

extension CatalogueFile {
    /// Checks that ids are unique, references name something and contracts do not overlap.
    ///
    /// - Throws: `DataFileError` for the first fault in the order of the file.
    public func validate() throws(DataFileError) {
        let file = Self.fileName
        let knownPartners = try partnerReferences()
        let knownProducts = try DataFileReferences(
            products.map(\.id), noun: "product", file: file, array: "products")
        _ = try DataFileReferences(
            contracts.map(\.id), noun: "contract", file: file, array: "contracts")
        let partnerKinds = Dictionary(uniqueKeysWithValues: partners.map { ($0.id, $0.kind) })
        for (index, product) in products.enumerated() {
            let path = "/products/\(index)/partner_id"
            try knownPartners.check(product.partnerID, file: file, path: path)
            let needed = product.details.kind.partnerKinds
            guard let kind = partnerKinds[product.partnerID], needed.contains(kind) else {
                throw DataFileError(
                    file: file, path: path, .inconsistent, value: product.partnerID,
                    "a \(product.details.kind.rawValue) product needs a partner of kind "
                        + needed.map(\.rawValue).joined(separator: " or ") + "; name one")
            }
        }
        let productPartners = Dictionary(
            uniqueKeysWithValues: products.map { ($0.id, $0.partnerID) })
        for (index, contract) in contracts.enumerated() {
            let path = "/contracts/\(index)"
            try knownPartners.check(contract.partnerID, file: file, path: path + "/partner_id")
            try knownProducts.check(contract.productID, file: file, path: path + "/product_id")
            guard productPartners[contract.productID] == contract.partnerID else {
                throw DataFileError(
                    file: file, path: path + "/product_id", .inconsistent,
                    value: contract.productID,
                    "the product belongs to another partner; correct the product or the partner")
            }
        }
        try checkSettlementTerms(knownPartners)
        try checkWithdrawalFees()
        try checkOverlaps()
    }

    private func checkSettlementTerms(_ partners: DataFileReferences) throws(DataFileError) {
        var seen: Set<String> = []
        for (index, row) in settlementTerms.enumerated() {
            let path = "/settlement_terms/\(index)"
            try partners.check(row.partnerID, file: Self.fileName, path: path + "/partner_id")
            guard seen.insert("\(row.partnerID) \(row.validFrom)").inserted else {
                throw DataFileError(
                    file: Self.fileName, path: path + "/valid_from", .inconsistent,
                    value: row.validFrom.description,
                    "the partner has terms from this date already; leave one out")
            }
        }
    }

    /// Refuses a fee on withdrawals other than of subsidies, whose first ones of a month are free.
    ///
    /// The point may charge the customer nothing of its own, and the fee is kept back from the
    /// cash that is handed out, so that it must be less than the least amount.
    private func checkWithdrawalFees() throws(DataFileError) {
        let withdrawals = Dictionary(
            uniqueKeysWithValues: products.filter { $0.details.kind == .withdrawal }
                .map { ($0.id, $0) })
        for (index, contract) in contracts.enumerated() where contract.serviceFeeFen != 0 {
            guard let product = withdrawals[contract.productID] else { continue }
            let terms = product.usualTerms.overridden(by: contract.terms)
            let path = "/contracts/\(index)/service_fee_fen"
            guard terms.values[.freeWithdrawalsPerMonth] != nil else {
                throw DataFileError(
                    file: Self.fileName, path: path, .inconsistent,
                    value: String(contract.serviceFeeFen),
                    "a withdrawal may not cost the customer a service fee, unless the contract has "
                        + "the term free_withdrawals_per_month; make it 0")
            }
            guard contract.serviceFeeFen < terms[.minimumFen] else {
                throw DataFileError(
                    file: Self.fileName, path: path, .inconsistent,
                    value: String(contract.serviceFeeFen),
                    "the fee is kept back from the cash; make it less than the least amount, "
                        + "\(terms[.minimumFen])")
            }
        }
    }

    func partnerReferences() throws(DataFileError) -> DataFileReferences {
        try DataFileReferences(
            partners.map(\.id), noun: "partner", file: Self.fileName, array: "partners")
    }

    /// Refuses two contracts for one product on one day: its fee must never be in doubt.
    private func checkOverlaps() throws(DataFileError) {
        let inOrder = contracts.enumerated().sorted { left, right in
            (left.element.productID, left.element.validFrom, left.offset)
                < (right.element.productID, right.element.validFrom, right.offset)
        }
        for (earlier, later) in zip(inOrder, inOrder.dropFirst())
        where earlier.element.productID == later.element.productID {
            if let end = earlier.element.validTo, end < later.element.validFrom { continue }
            throw DataFileError(
                file: Self.fileName, path: "/contracts/\(later.offset)/valid_from",
                .inconsistent, value: later.element.validFrom.description,
                "contract \(earlier.element.id) still holds for this product on that day; "
                    + "end it the day before")
        }
    }
}
