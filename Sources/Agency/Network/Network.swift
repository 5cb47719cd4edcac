/// A village service station; only its identity is needed as a type.
public enum Station {}
/// A village, with its committee.
public enum Village {}
/// A town or district centre.
public enum Centre {}
/// A device at a station.
public enum Terminal {}
/// A cash drawer with an account of its own.
public enum Till {}
/// Anyone who signs in.
public enum StaffMember {}
