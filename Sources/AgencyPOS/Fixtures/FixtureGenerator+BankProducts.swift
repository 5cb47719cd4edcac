import Agency

/// What banks offer beside plain withdrawals: subsidies, remittances, transfers.
extension FixtureGenerator {
    static let bankProducts: [CatalogueFile.Product] = [
        .init(
            id: "SUBSIDY01", partnerID: "BANK01", name: "惠民补贴取款", minimumFen: 1_000,
            maximumFen: 200_000,
            details: .withdrawal(stepFen: 1_000, dailyCardLimitFen: 200_000)),
        .init(
            id: "REMIT01", partnerID: "BANK01", name: "现金汇款", minimumFen: 100,
            maximumFen: 500_000, details: .remittance),
        .init(
            id: "TRANS01", partnerID: "BANK01", name: "卡内转账", minimumFen: 100,
            maximumFen: 1_000_000, details: .transfer),
    ]

    static let bankContracts: [CatalogueFile.Contract] = [
        bankContract(
            "SUBSIDY01", feeFen: 200, .flat(fen: 100),
            [.freeWithdrawalsPerMonth: 1, .agentWithdrawals: 1]),
        bankContract(
            "REMIT01", feeFen: 200, .flat(fen: 150),
            [.dailyPayerLimitFen: 1_000_000, .identityThresholdFen: 50_000]),
        bankContract(
            "TRANS01", feeFen: 0, .flat(fen: 50), [.dailyCardLimitFen: 2_000_000]),
    ]

    private static func bankContract(
        _ productID: String, feeFen: Int64, _ commission: CommissionRule,
        _ terms: [Term: Int64]
    ) -> CatalogueFile.Contract {
        CatalogueFile.Contract(
            id: "CT-\(productID)-2020", partnerID: "BANK01", productID: productID,
            validFrom: date(2020, 1, 1), validTo: nil, serviceFeeFen: feeFen,
            commission: commission,
            split: CatalogueFile.Split(
                operatorBasisPoints: 5_000, villageBasisPoints: 2_000, townBasisPoints: 1_500,
                districtBasisPoints: 1_500, remainderTo: .village),
            terms: Terms(terms))
    }
}
