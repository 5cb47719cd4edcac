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
        try checkWithdrawalFees()
        try checkOverlaps()
    }

    /// Refuses a fee on withdrawals: the point may charge the customer nothing of its own.
    private func checkWithdrawalFees() throws(DataFileError) {
        let withdrawals = Set(products.filter { $0.details.kind == .withdrawal }.map(\.id))
        for (index, contract) in contracts.enumerated()
        where contract.serviceFeeFen != 0 && withdrawals.contains(contract.productID) {
            throw DataFileError(
                file: Self.fileName, path: "/contracts/\(index)/service_fee_fen", .inconsistent,
                value: String(contract.serviceFeeFen),
                "a withdrawal may not cost the customer a service fee; make it 0")
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
