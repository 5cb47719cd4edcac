import Agency

extension FixtureGenerator {
    /// The products whose bills the arrears file holds.
    static let waterID = "WATER"
    static let powerID = "POWER"
    static let heatID = "HEAT"
    static let cableID = "CABLETV"
    /// The products whose trips the timetable holds.
    static let coachID = "COACH"
    static let railID = "RAIL"

    private static let contractsFrom = date(2020, 1, 1)

    private typealias Partner = CatalogueFile.Partner
    private typealias Product = CatalogueFile.Product

    func catalogue() -> CatalogueFile {
        let county = FixtureNames.county
        let partners = [
            Partner(id: "WATER01", name: county + "自来水公司", kind: .biller),
            Partner(id: "POWER01", name: county + "供电服务公司", kind: .biller),
            Partner(id: "MOBILE01", name: "通达移动通信公司", kind: .biller),
            Partner(id: "TELECOM01", name: "联翼电信服务公司", kind: .biller),
            Partner(id: "UNICOM01", name: "众和联通通信公司", kind: .biller),
            Partner(id: "GAS01", name: county + "燃气公司", kind: .biller),
            Partner(id: "HEAT01", name: county + "供热公司", kind: .biller),
            Partner(id: "CABLE01", name: county + "广电网络公司", kind: .biller),
            Partner(id: "MEDICAL01", name: county + "医疗保障经办中心", kind: .biller),
            Partner(id: "COACH01", name: county + "长途客运公司", kind: .ticketPrincipal),
            Partner(id: "RAIL01", name: "东岭铁路客运公司", kind: .ticketPrincipal),
            Partner(id: "BANK01", name: county + "农村合作银行", kind: .bank),
            Partner(id: "BANK02", name: "惠民村镇银行", kind: .bank),
            Partner(id: Self.lotteryID, name: county + "福利彩票发行站", kind: .ticketPrincipal),
        ]
        let rate = CommissionRule.rate(
            partsPerMillion: 8_000, minimumFen: 10, maximumFen: 500)
        let ticketRate = CommissionRule.rate(
            partsPerMillion: 30_000, minimumFen: 20, maximumFen: 1_000)
        return CatalogueFile(
            partners: partners, products: products() + Self.bankProducts + stockProducts(),
            contracts: [
                contract(Self.waterID, "WATER01", feeFen: 0, .flat(fen: 50)),
                contract(Self.powerID, "POWER01", feeFen: 0, .flat(fen: 60)),
                contract("MOBILE", "MOBILE01", feeFen: 0, rate),
                contract("TELECOM", "TELECOM01", feeFen: 0, rate),
                contract("UNICOM", "UNICOM01", feeFen: 0, rate),
                contract("POWERTOKEN", "POWER01", feeFen: 0, .flat(fen: 60)),
                contract("GAS", "GAS01", feeFen: 0, .flat(fen: 50)),
                contract(Self.heatID, "HEAT01", feeFen: 0, .flat(fen: 100)),
                contract(Self.cableID, "CABLE01", feeFen: 0, .flat(fen: 50)),
                contract(
                    "MEDICAL", "MEDICAL01", feeFen: 0, .flat(fen: 100),
                    Terms([.perHeadFen: 40_000, .reversalWindowMinutes: 0])),
                contract(Self.coachID, "COACH01", feeFen: 200, ticketRate),
                contract(Self.railID, "RAIL01", feeFen: 500, .flat(fen: 100)),
                contract("CASH01", "BANK01", feeFen: 0, .flat(fen: 100)),
                contract("CASH02", "BANK02", feeFen: 0, .flat(fen: 80)),
                contract(
                    Self.scratchID, Self.lotteryID, feeFen: 0,
                    .rate(partsPerMillion: 70_000, minimumFen: 0, maximumFen: 10_000),
                    Terms([
                        .prizeCeilingFen: 1_000_000, .prizeCommissionPartsPerMillion: 10_000,
                    ])),
                contract(Self.cardID, "MOBILE01", feeFen: 200, .flat(fen: 800)),
            ] + Self.bankContracts,
            settlementTerms: [
                paid("WATER01", name: county + "自来水公司", account: "33010200000000010015"),
                paid("POWER01", name: county + "供电服务公司", account: "33010200000000010023"),
            ])
    }

    /// The usual terms, with the account on which a biller is paid.
    private func paid(
        _ partnerID: String, name: String, account: String
    ) -> CatalogueFile.SettlementTermsRow {
        var terms = SettlementTerms.usual
        terms.bank = PartnerBank(
            name: FixtureNames.county + "农村合作银行", account: account, holder: name)
        return CatalogueFile.SettlementTermsRow(
            partnerID: partnerID, validFrom: Self.contractsFrom, terms: terms)
    }

    private func products() -> [Product] {
        let withdrawal = Product.Details.withdrawal(stepFen: 1_000, dailyCardLimitFen: 200_000)
        return [
            product(
                Self.waterID, "WATER01", "水费", 1...1_000_000,
                .bill(.init(.billFile, .exact, quoteMinutes: 15))),
            product(
                Self.powerID, "POWER01", "电费", 1...2_000_000,
                .bill(.init(.billFile, .exact, quoteMinutes: 15))),
            product(
                "MOBILE", "MOBILE01", "移动话费", 1_000...50_000,
                .bill(.init(.blind, .any, quoteMinutes: 10))),
            product(
                "TELECOM", "TELECOM01", "电信话费", 1_000...50_000,
                .bill(.init(.blind, .any, quoteMinutes: 10))),
            product(
                "UNICOM", "UNICOM01", "联通话费", 1_000...50_000,
                .bill(.init(.online, .any, quoteMinutes: 10, isPrepaid: true))),
            product(
                "POWERTOKEN", "POWER01", "预付费购电", 1_000...200_000,
                .bill(.init(.online, .any, quoteMinutes: 15, isPrepaid: true))),
            product(
                "GAS", "GAS01", "燃气费", 1_000...1_000_000,
                .bill(.init(.online, .partial, quoteMinutes: 15))),
            product(
                Self.heatID, "HEAT01", "供热费", 10_000...2_000_000,
                .bill(.init(.billFile, .partial, quoteMinutes: 15))),
            product(
                Self.cableID, "CABLE01", "有线电视费", 100...200_000,
                .bill(.init(.billFile, .advance, quoteMinutes: 15))),
            product(
                "MEDICAL", "MEDICAL01", "城乡居民医疗保险费", 1...1_000_000,
                .bill(.init(.blind, .exact, quoteMinutes: 15, periodForm: .year))),
            product(
                Self.coachID, "COACH01", "汽车票", 100...50_000, .ticket(reservationMinutes: 15)),
            product(
                Self.railID, "RAIL01", "火车票", 100...300_000, .ticket(reservationMinutes: 15)),
            product("CASH01", "BANK01", "助农取款", 1_000...200_000, withdrawal),
            product("CASH02", "BANK02", "助农取款", 1_000...200_000, withdrawal),
        ]
    }

    private func product(
        _ id: String, _ partnerID: String, _ name: String, _ amountFen: ClosedRange<Int64>,
        _ details: Product.Details
    ) -> Product {
        Product(
            id: id, partnerID: partnerID, name: name, minimumFen: amountFen.lowerBound,
            maximumFen: amountFen.upperBound, details: details)
    }

    private func contract(
        _ productID: String, _ partnerID: String, feeFen: Int64,
        _ commission: CommissionRule, _ terms: Terms = Terms()
    ) -> CatalogueFile.Contract {
        CatalogueFile.Contract(
            id: "CT-\(productID)-2020", partnerID: partnerID, productID: productID,
            validFrom: Self.contractsFrom, validTo: nil, serviceFeeFen: feeFen,
            commission: commission,
            split: CatalogueFile.Split(
                operatorBasisPoints: 5_000, villageBasisPoints: 2_000, townBasisPoints: 1_500,
                districtBasisPoints: 1_500, remainderTo: .village),
            terms: terms)
    }
}
