import Testing

@testable import Printing

@Suite struct PlainTextTests {
    @Test("every element has its place on the paper")
    func narrow() {
        let text = PlainText(paper: .narrow).text(
            PaperDocument(
                title: "凭条", language: "zh-CN",
                elements: [
                    .banner("副本 第 1 次补打"), .heading("青川县便民服务代办中心"), .rule,
                    .pair("户号", "52000100000018"),
                    .pair("户名", "四川省广元市青川县乔庄镇便民服务有限责任公司"),
                    .pair("a label of more than ten letters", "and a value that is long too"),
                    .items([
                        PaperItem(name: "电费", amountFen: 10_089),
                        PaperItem(
                            name: "青川至广元城际公交汽车票成人全价", details: ["2 张 × 25.00"],
                            amountFen: 5_000),
                    ]),
                    .widePair("大写", "壹佰伍拾元捌角玖分"),
                    .total("合计", .amountFen(15_089)),
                    .code(link: "https://pos.example/r/12-abcdefghijklmnop", caption: "扫码验真"),
                    .feed(lines: 3), .cut,
                ]))
        #expect(
            text == """
                ********************************
                        副本 第 1 次补打
                ********************************
                     青川县便民服务代办中心
                --------------------------------
                户号              52000100000018
                户名
                四川省广元市青川县乔庄镇便民服务
                                    有限责任公司
                a label of more than ten letters
                    and a value that is long too
                电费                      100.89
                青川至广元城际公交汽车票成 50.00
                人全价
                  2 张 × 25.00
                合计                      150.89
                            扫码验真
                https://pos.example/r/12-abcdefg
                hijklmnop

                """)
    }

    @Test("wide paper has room for the amount in words")
    func wide() {
        let document = PaperDocument(
            title: "凭条", language: "zh-CN",
            elements: [.widePair("大写", "壹佰伍拾元捌角玖分"), .rule])
        #expect(
            PlainText(paper: .wide).text(document) == """
                大写                          壹佰伍拾元捌角玖分
                ------------------------------------------------

                """)
    }

    @Test(
        "words stay whole, long numbers and Chinese are cut",
        arguments: [
            (
                "please keep this receipt for your records",
                ["please keep this", "receipt for your", "records"]
            ),
            ("no 1234567890123456789", ["no 1234567890123", "456789"]),
            ("请妥善保管本凭条作为", ["请妥善保管本凭条", "作为"]),
            ("x请妥善保管本凭条", ["x请妥善保管本凭", "条"]),
            ("", [""]),
        ])
    func wrapping(_ text: String, _ lines: [String]) {
        #expect(LineLayout.screen(columns: 16).wrapped(text) == lines)
    }

    @Test("no line is wider than its paper, whatever the texts", arguments: RollPaper.allCases)
    func property(_ paper: RollPaper) {
        let seed = SeededNumbers.chooseSeed()
        print("PlainTextTests: \(SeededNumbers.seedVariable)=\(seed)")
        var numbers = SeededNumbers(seed: seed)
        for _ in 0..<2_000 {
            let name = numbers.hostileText(length: 120)
            let amount = Int64(truncatingIfNeeded: numbers.next())
            let text = PlainText(paper: paper).text(.sample(name, amountFen: amount))
            for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
                #expect(DisplayWidth.columns(line) <= paper.columns, "\(line), seed \(seed)")
            }
            // Nothing is lost: what was printable is on the paper as often as it was put in.
            let kept = PrintableText(name).text.unicodeScalars.filter { $0 != " " }
            let printed = text.unicodeScalars.filter { !" *-\n".unicodeScalars.contains($0) }
            #expect(printed.count >= kept.filter { !"*-".unicodeScalars.contains($0) }.count * 8)
        }
    }
}
