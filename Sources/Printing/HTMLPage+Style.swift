extension HTMLPage {
    static let commonStyle = """

        *{box-sizing:border-box}
        body{margin:0;background:#eee;color:#000;font-family:"Noto Sans CJK SC","Source Han Sans SC",\
        "Microsoft YaHei","PingFang SC",sans-serif;line-height:1.4}
        main{margin:4mm auto;padding:3mm;background:#fff;overflow-wrap:anywhere}
        h1{margin:0 0 1mm;font-size:1.3em;text-align:center}
        p{margin:1mm 0}
        .centred{text-align:center}
        .banner{border:.5mm solid #000;padding:1mm;text-align:center;font-size:1.5em;\
        font-weight:bold}
        dl{margin:1mm 0}
        dl div{display:flex;justify-content:space-between;gap:3mm}
        dt{flex:none;max-width:60%}
        dd{margin:0;text-align:right;font-variant-numeric:tabular-nums}
        .total{font-size:1.3em;font-weight:bold}
        table{width:100%;border-collapse:collapse}
        td{padding:.5mm 0;vertical-align:top}
        td+td{padding-left:3mm;text-align:right;white-space:nowrap;\
        font-variant-numeric:tabular-nums}
        hr{border:0;border-top:.3mm dashed #000;margin:1.5mm 0}
        figure{margin:2mm 0 0;text-align:center}
        svg{width:30mm;height:30mm}
        @media print{body{background:#fff}main{margin:0}}

        """

    var paperStyle: String {
        switch paper {
        case .roll(let roll):
            // Rolls have no fixed length; printers keep about 2.5 mm on each side white.
            """
            main{width:\(roll.millimetres)mm;font-size:\(roll == .narrow ? "8" : "9.5")pt}
            @page{size:\(roll.millimetres)mm auto;margin:0}

            """
        case .a4:
            """
            main{max-width:150mm;padding:10mm;font-size:12pt}
            @page{size:A4;margin:20mm}
            @media print{main{margin:0 auto}}

            """
        }
    }
}
