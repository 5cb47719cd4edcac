import Agency

extension Operations {
    static let staff = [
        Operation(
            method: .get, path: "/v1/staff", name: "listStaff", tag: "access",
            summary: "People: everyone, or the operators of the stations below",
            roles: [.supervisor, .administrator],
            parameters: Parameter.page(upTo: StaffList.maximumPageSize),
            answer: .json(.page("staff", of: .named("StaffMember")), "A page of people")),
        Operation(
            method: .get, path: "/v1/staff/{staff_id}/events", name: "listStaffEvents",
            tag: "access", summary: "What was changed in a person's employment, and by whom",
            roles: [.supervisor, .administrator],
            parameters: [staffCode] + Parameter.page(upTo: StaffList.maximumPageSize),
            answer: .json(.page("events", of: .named("StaffEvent")), "A page of events"),
            refusals: [.unknownStaff]),
        Operation(
            method: .post, path: "/v1/staff/{staff_id}/dismiss", name: "dismissStaff",
            tag: "access", summary: "Dismiss a person: all its sessions end at once",
            roles: [.supervisor, .administrator], parameters: [staffCode],
            body: .init(
                schema: "ReasonRequest", examples: [("dismissal", ["reason": "离职"])]),
            answer: .json(.named("StaffChange"), "What was changed"),
            refusals: [.operatorNotAllowed, .unknownStaff, .ownRecord, .staffNotActive]),
        Operation(
            method: .post, path: "/v1/staff/{staff_id}/reinstate", name: "reinstateStaff",
            tag: "access", summary: "Take a dismissed person back",
            roles: [.supervisor, .administrator], parameters: [staffCode],
            body: .init(
                schema: "ReasonRequest", examples: [("reinstatement", ["reason": "复职"])]),
            answer: .json(.named("StaffChange"), "What was changed"),
            refusals: [.operatorNotAllowed, .unknownStaff, .ownRecord, .staffActive]),
        Operation(
            method: .post, path: "/v1/staff/{staff_id}/qualification", name: "qualifyStaff",
            tag: "access", summary: "Note until when a person is vetted and trained",
            roles: [.supervisor, .administrator], parameters: [staffCode],
            body: .init(
                schema: "QualificationRequest",
                examples: [
                    (
                        "renewal",
                        [
                            "vetted_until": "2099-12-31", "trained_until": "2099-12-31",
                            "reason": "年度复审合格",
                        ]
                    )
                ]),
            answer: .json(.named("StaffChange"), "What was changed"),
            refusals: [.operatorNotAllowed, .unknownStaff, .ownRecord]),
    ]

    private static let staffCode = Parameter.path("staff_id", .code, "The person")

    static let staffSchemas: [(name: String, schema: Schema)] = [
        (
            "StaffMember",
            .answer(
                Property("staff_id", .code, "The person"),
                Property("name", .anyText, "The name"),
                Property("role", .words(Role.self), "What the person may do"),
                Property("station_id", .orNull(.code), "An operator's station"),
                Property("is_active", .boolean, "Whether the person is employed"),
                Property("vetted_until", .orNull(.date), "The last day of the vetting"),
                Property("trained_until", .orNull(.date), "The last day of the training"))
        ),
        (
            "StaffEvent",
            .answer(
                Property("event", .words(StaffEvent.self), "What was changed"),
                Property("vetted_until", .orNull(.date), "The last day of the vetting"),
                Property("trained_until", .orNull(.date), "The last day of the training"),
                Property("recorded_by", .code, "By whom"),
                Property("recorded_at", .time, "When"),
                Property("reason", .anyText, "Why"))
        ),
        (
            "StaffChange",
            .answer(
                Property("staff_id", .code, "The person"),
                Property("event", .words(StaffEvent.self), "What was changed"),
                Property("recorded_at", .time, "When"))
        ),
        (
            "QualificationRequest",
            .request(
                Property("vetted_until", .date, "The last day of the vetting"),
                Property("trained_until", .date, "The last day of the training"), reason)
        ),
    ]
}
