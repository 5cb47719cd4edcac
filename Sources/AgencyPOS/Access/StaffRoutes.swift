import Agency
import HTTPServer
import StrictJSON

extension API {
    /// People's employment, vetting and training.
    func addStaffRoutes(to routes: inout RouteTable) {
        routes.query(.get, "/v1/staff", for: [.supervisor, .administrator]) { call in
            try call.allowQuery("cursor", "limit")
            let (cursor, limit) = try call.page(upTo: StaffList.maximumPageSize)
            return try .list("staff") { writer in
                try book.readers.read {
                    try StaffList($0, zone: book.profile.zone).encodeStaff(
                        for: call.principal, after: cursor, limit: limit, to: &writer)
                }
            }
        }
        routes.query(
            .get, "/v1/staff/{staff_id}/events", for: [.supervisor, .administrator]
        ) { call in
            try call.allowQuery("cursor", "limit")
            let (cursor, limit) = try call.page(upTo: StaffList.maximumPageSize)
            return try .list("events") { writer in
                try book.readers.read {
                    try StaffList($0, zone: book.profile.zone).encodeEvents(
                        of: call.parameters["staff_id"], for: call.principal, after: cursor,
                        limit: limit, to: &writer)
                }
            }
        }
        addStaffCommands(to: &routes)
    }

    private func addStaffCommands(to routes: inout RouteTable) {
        routes.command(
            .post, "/v1/staff/{staff_id}/dismiss", for: [.supervisor, .administrator]
        ) { call in
            let code = call.parameters["staff_id"]
            let reason = try call.reasonAlone()
            try book.writer.submit({
                try $0.dismiss(staffCode: code, reason: reason, by: call.principal)
            }) {
                if case .success = $0 { sessions.forgetAll() }
                answer($0.map { .done($0) }, call, status: 200)
            }
        }
        routes.command(
            .post, "/v1/staff/{staff_id}/reinstate", for: [.supervisor, .administrator]
        ) { call in
            let code = call.parameters["staff_id"]
            let reason = try call.reasonAlone()
            try write(call) {
                try $0.reinstate(staffCode: code, reason: reason, by: call.principal)
            }
        }
        routes.command(
            .post, "/v1/staff/{staff_id}/qualification", for: [.supervisor, .administrator]
        ) { call in
            let code = call.parameters["staff_id"]
            var body = try call.body()
            let vetted = try body.date("vetted_until")
            let trained = try body.date("trained_until")
            let reason = try body.reason()
            try body.finish()
            try write(call) {
                try $0.qualify(
                    staffCode: code, vettedUntil: vetted, trainedUntil: trained, reason: reason,
                    by: call.principal)
            }
        }
    }
}
