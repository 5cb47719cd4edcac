import CivilTime
import StrictJSON

/// `staff.json`: the people who use the system, their roles and where they have them.
public struct StaffFile: DataFileModel {
    /// The file's name in a data folder.
    public static let fileName = "staff.json"

    public var users: [User]

    public init(users: [User]) {
        self.users = users
    }

    public init(decoding object: JSONObjectDecoder) throws(JSONError) {
        var object = object
        users = try object.models("users", maximumCount: DataFileLimits.maximumUsers)
        try object.finish()
    }

    public func encode(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.rows("users", users)
        writer.lineBreak()
        writer.endObject()
    }

    public enum Role: String, CaseIterable, Sendable {
        case `operator`
        case supervisor
        case liaison
        case committee
        case administrator
    }

    /// The A or the B post of a station; B covers for A under B's own name.
    public enum Post: String, CaseIterable, Sendable {
        case a = "A"
        case b = "B"
    }

    /// A role with the place that it reaches to.
    public enum Assignment: Sendable, Equatable {
        case `operator`(stationID: String, post: Post)
        case supervisor(centreID: String)
        case liaison(partnerID: String)
        case committee(villageID: String)
        case administrator

        public var role: Role {
            switch self {
            case .operator: .operator
            case .supervisor: .supervisor
            case .liaison: .liaison
            case .committee: .committee
            case .administrator: .administrator
            }
        }
    }

    public struct User: DataFileModel {
        public var id: String
        public var name: String
        public var assignment: Assignment
        /// The last day on which the vetting holds.
        public var vettedUntil: BusinessDate
        /// The last day on which the training holds.
        public var trainingUntil: BusinessDate
        public var isActive: Bool

        public init(
            id: String, name: String, assignment: Assignment, vettedUntil: BusinessDate,
            trainingUntil: BusinessDate, isActive: Bool
        ) {
            self.id = id
            self.name = name
            self.assignment = assignment
            self.vettedUntil = vettedUntil
            self.trainingUntil = trainingUntil
            self.isActive = isActive
        }

        public init(decoding object: JSONObjectDecoder) throws(JSONError) {
            var object = object
            id = try object.identifier("id")
            name = try object.name("name")
            // Only the fields of the role are taken, so that those of another role are refused.
            switch try object.enumeration("role", Role.self) {
            case .operator:
                assignment = .operator(
                    stationID: try object.identifier("station_id"),
                    post: try object.enumeration("post"))
            case .supervisor:
                assignment = .supervisor(centreID: try object.identifier("centre_id"))
            case .liaison:
                assignment = .liaison(partnerID: try object.identifier("partner_id"))
            case .committee:
                assignment = .committee(villageID: try object.identifier("village_id"))
            case .administrator:
                assignment = .administrator
            }
            vettedUntil = try object.date("vetted_until")
            trainingUntil = try object.date("training_until")
            isActive = try object.bool("active")
            try object.finish()
        }

        public func encode(to writer: inout JSONWriter) {
            writer.beginObject()
            writer.field("id", id)
            writer.field("name", name)
            writer.field("role", assignment.role.rawValue)
            switch assignment {
            case .operator(let stationID, let post):
                writer.field("station_id", stationID)
                writer.field("post", post.rawValue)
            case .supervisor(let centreID): writer.field("centre_id", centreID)
            case .liaison(let partnerID): writer.field("partner_id", partnerID)
            case .committee(let villageID): writer.field("village_id", villageID)
            case .administrator: break
            }
            writer.field("vetted_until", vettedUntil)
            writer.field("training_until", trainingUntil)
            writer.field("active", isActive)
            writer.endObject()
        }
    }
}
