import Foundation

/// A folder of small data files that hold together, for one test to spoil; removed at its end.
final class DataFileSandbox {
    let path: String

    init(files: [String: String] = sound) throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("data-files-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        path = folder.path
        for (name, text) in files { try write(name, Data(text.utf8)) }
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            print("left behind: \(path): \(error)")
        }
    }

    func write(_ name: String, _ data: Data) throws {
        try data.write(to: URL(fileURLWithPath: path + "/" + name))
    }

    func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: path + "/" + name)
    }

    static let billHeader =
        "product_id,account_number,customer_name,address,period,amount_fen,late_fee_fen,due_date\n"
    static let tripHeader =
        "product_id,trip_id,origin,destination,departure_time,fare_fen,seats_per_day,runs_daily\n"

    /// Files without a fault.
    static let sound: [String: String] = [
        "network.json": """
        {
        "agency":{"id":"330102A","name":"代办中心","currency":"CNY","zone_offset_minutes":480},
        "centres":[
        {"id":"D01","name":"县中心","level":"district"},
        {"id":"T01","name":"镇中心","level":"town","parent_id":"D01"}
        ],
        "villages":[
        {"id":"V001","name":"东村","town_centre_id":"T01"}
        ],
        "stations":[
        {"id":"S0001","name":"东村站","village_id":"V001","tier":"basic","service_point":true,\
        "host":"东村超市"}
        ],
        "terminals":[
        {"id":"S0001-T1","station_id":"S0001","kind":"assisted_withdrawal"}
        ],
        "tills":[
        {"id":"S0001-C1","station_id":"S0001","opening_float_fen":0}
        ]
        }

        """,
        "catalogue.json": catalogue,
        "staff.json": staff,
        "demo-credentials.json": credentials,
        "bills.csv": billHeader
            + "WATER,3100001,张三,东村1号,2026-10,1250,0,2026-11-25\n",
        "trips.csv": tripHeader + "COACH,QC1,东村,县城,08:30,800,29,true\n",
    ]

    private static let split = """
        "split":{"operator_bp":5000,"village_bp":2000,"town_bp":1500,"district_bp":1500,\
        "remainder_to":"town"}
        """

    private static let catalogue = """
        {
        "partners":[
        {"id":"WATER01","name":"水","kind":"biller"},
        {"id":"COACH01","name":"车","kind":"ticket_principal"},
        {"id":"BANK01","name":"银行","kind":"bank"}
        ],
        "products":[
        {"id":"WATER","partner_id":"WATER01","name":"水费","kind":"bill","minimum_fen":1,\
        "maximum_fen":9,"biller_mode":"bill_file","payment_rule":"exact","quote_minutes":15},
        {"id":"PHONE","partner_id":"WATER01","name":"话费","kind":"bill","minimum_fen":1,\
        "maximum_fen":9,"biller_mode":"blind","payment_rule":"any","quote_minutes":10},
        {"id":"COACH","partner_id":"COACH01","name":"车票","kind":"ticket","minimum_fen":1,\
        "maximum_fen":9,"reservation_minutes":15},
        {"id":"CASH","partner_id":"BANK01","name":"取款","kind":"withdrawal",\
        "minimum_fen":1000,"maximum_fen":2000,"step_fen":1000,"daily_card_limit_fen":3000}
        ],
        "contracts":[
        {"id":"C1","partner_id":"WATER01","product_id":"WATER","valid_from":"2020-01-01",\
        "valid_to":"2020-12-31","service_fee_fen":0,"commission":{"kind":"flat","flat_fen":5},\
        \(split)},
        {"id":"C2","partner_id":"WATER01","product_id":"WATER","valid_from":"2021-01-01",\
        "service_fee_fen":0,"commission":{"kind":"rate","rate_ppm":1,"minimum_fen":2,\
        "maximum_fen":3},\(split)},
        {"id":"C3","partner_id":"BANK01","product_id":"CASH","valid_from":"2022-01-01",\
        "service_fee_fen":0,"commission":{"kind":"flat","flat_fen":5},\(split)}
        ]
        }

        """

    private static let staff = """
        {
        "users":[
        {"id":"OP1","name":"张三","role":"operator","station_id":"S0001","post":"A",\
        "vetted_until":"2099-12-31","training_until":"2099-12-30","active":true},
        {"id":"SV1","name":"李四","role":"supervisor","centre_id":"T01",\
        "vetted_until":"2099-12-31","training_until":"2099-12-30","active":true},
        {"id":"LI1","name":"王五","role":"liaison","partner_id":"BANK01",\
        "vetted_until":"2099-12-31","training_until":"2099-12-30","active":false},
        {"id":"VC1","name":"赵六","role":"committee","village_id":"V001",\
        "vetted_until":"2099-12-31","training_until":"2099-12-30","active":true},
        {"id":"AD1","name":"孙七","role":"administrator",\
        "vetted_until":"2099-12-31","training_until":"2099-12-30","active":true}
        ]
        }

        """

    private static let key = String(repeating: "0f", count: 32)

    private static let credentials = """
        {
        "notice":"DEMO ONLY: public secrets, never use them in a real network",
        "user_pins":[
        {"user_id":"OP1","pin":"012345"}
        ],
        "terminal_secrets":[
        {"terminal_id":"S0001-T1","secret_hex":"\(key)"}
        ],
        "settlement_keys":[
        {"partner_id":"BANK01","key_id":"BANK01-K1","key_hex":"\(key)"}
        ]
        }

        """
}
