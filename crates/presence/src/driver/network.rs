//! Whether there is a network, and whether it is still the same one.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use crate::moment::Moment;

/// Addresses that exist for documentation only (RFC 5737, RFC 3849): nobody is ever reached there.
const ELSEWHERE: [IpAddr; 2] =
    [IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1))];

/// A network that changes more often than this is not followed each time.
const CALM: Duration = Duration::from_secs(5);

/// By which of its addresses this computer would reach others. Asking for it sends nothing.
pub(super) type Addresses = [Option<IpAddr>; 2];

fn addresses() -> Addresses {
    ELSEWHERE.map(|elsewhere| {
        let any = match elsewhere {
            IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
        };
        let socket = UdpSocket::bind(SocketAddr::new(any, 0)).ok()?;
        socket.connect(SocketAddr::new(elsewhere, 9)).ok()?;
        Some(socket.local_addr().ok()?.ip())
    })
}

/// Looks at the network now and then.
#[derive(Debug)]
pub(super) struct Network {
    before: Addresses,
    told: Option<Moment>,
}

impl Network {
    pub(super) fn new() -> Self {
        Self { before: addresses(), told: None }
    }

    /// Whether there is another network than the last time; that there is none at all is found out soon enough.
    pub(super) fn is_new(&mut self, now: Moment) -> bool {
        self.compare(addresses(), now)
    }

    fn compare(&mut self, addresses: Addresses, now: Moment) -> bool {
        if addresses == self.before || self.told.is_some_and(|told| now.since(told) < CALM) {
            return false;
        }
        self.before = addresses;
        let there = addresses.iter().any(Option::is_some);
        if there {
            self.told = Some(now);
        }
        there
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moment::Uptime;

    #[test]
    fn a_network_that_comes_or_changes_is_told_once() {
        let at = |seconds: i64| Moment { uptime: Uptime(seconds * 1_000), wall: jiff::Timestamp::UNIX_EPOCH };
        let home: Addresses = [Some(IpAddr::V4(Ipv4Addr::new(10, 0, 0, 2))), None];
        let office: Addresses = [Some(IpAddr::V4(Ipv4Addr::new(10, 9, 9, 9))), None];
        let mut network = Network { before: home, told: None };
        let mut told = |addresses, seconds| network.compare(addresses, at(seconds));
        assert!(!told(home, 0));
        assert!(!told([None, None], 10), "nothing can be read without one");
        assert!(told(home, 20));
        assert!(!told(home, 21));
        assert!(!told(office, 22), "not before it is calm");
        assert!(told(office, 26));
    }
}
