//! Addresses and CIDR blocks of conditions.

use std::net::IpAddr;

/// A block of addresses; a plain address is a block of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse::<u8>().ok()?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let longest = longest(address);
        let prefix = prefix.unwrap_or(longest);
        (prefix <= longest).then_some(Self { address, prefix })
    }

    /// Whether it is so wide that it stands for the whole internet: everything, or a half of it.
    pub(super) const fn is_internet(&self) -> bool {
        self.prefix <= 1
    }

    /// The first address.
    pub(super) const fn address(&self) -> IpAddr {
        self.address
    }

    /// The first and the last address, as numbers.
    pub(super) fn range(&self) -> (u128, u128) {
        let shift = u32::from(longest(self.address) - self.prefix);
        let rest = 1_u128.checked_shl(shift).map_or(u128::MAX, |size| size - 1);
        let first = bits(self.address) & !rest;
        (first, first | rest)
    }

    pub(super) fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(_), IpAddr::V4(_)) | (IpAddr::V6(_), IpAddr::V6(_)) => {
                let shift = u32::from(longest(address) - self.prefix);
                let cut = |address: IpAddr| bits(address).checked_shr(shift).unwrap_or(0);
                cut(self.address) == cut(address)
            }
            _ => false,
        }
    }
}

const fn longest(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address),
    }
}
