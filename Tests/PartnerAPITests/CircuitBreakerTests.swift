import Testing

@testable import PartnerAPI

@Suite struct CircuitBreakerTests {
}
