//! Which Linux this is, as far as its packages are concerned.

use std::fs;

/// A family of distributions that shares package names and a package program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    Debian,
    Ubuntu,
    Fedora,
}

/// This machine's distribution.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Distribution {
    /// The name it gives itself.
    pub(crate) name: String,
    /// Its family, if it is one that this tool knows.
    pub(crate) family: Option<Family>,
}

impl Distribution {
    /// Reads what the system says of itself.
    pub(crate) fn current() -> Self {
        let text = fs::read_to_string("/etc/os-release")
            .or_else(|_| fs::read_to_string("/usr/lib/os-release"))
            .unwrap_or_default();
        Self::parse(&text)
    }

    /// Understands an `os-release` file: its own `ID` first, then those it says it is like.
    pub(crate) fn parse(text: &str) -> Self {
        let value = |key: &str| {
            text.lines()
                .filter_map(|line| line.trim().split_once('='))
                .find(|(name, _)| *name == key)
                .map(|(_, value)| value.trim_matches(['"', '\'']).to_owned())
                .unwrap_or_default()
        };
        let name = [value("PRETTY_NAME"), value("NAME"), "this Linux".to_owned()]
            .into_iter()
            .find(|name| !name.is_empty())
            .unwrap_or_default();
        let family =
            [value("ID"), value("ID_LIKE")].iter().flat_map(|ids| ids.split_whitespace()).find_map(|id| {
                match id {
                    "debian" => Some(Family::Debian),
                    "ubuntu" => Some(Family::Ubuntu),
                    "fedora" => Some(Family::Fedora),
                    _ => None,
                }
            });
        Self { name, family }
    }
}

impl Family {
    /// The commands, to be run as root, that install these packages.
    pub(crate) fn installation(self, packages: &[&str]) -> Vec<Vec<String>> {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let with = |text: &str| {
            let mut command = words(text);
            command.extend(packages.iter().map(|&package| package.to_owned()));
            command
        };
        match self {
            Self::Debian | Self::Ubuntu => vec![
                words("apt-get update"),
                with("env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends"),
            ],
            Self::Fedora => vec![with("dnf install --assumeyes --setopt=install_weak_deps=False")],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn family(text: &str) -> Option<Family> {
        Distribution::parse(text).family
    }

    #[test]
    fn knows_the_three_families_by_their_own_id() {
        let debian = Distribution::parse("PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\n");
        assert_eq!(debian.name, "Debian GNU/Linux 12 (bookworm)");
        assert_eq!(debian.family, Some(Family::Debian));
        assert_eq!(family("ID=ubuntu\nID_LIKE=debian"), Some(Family::Ubuntu));
        assert_eq!(family("NAME='Fedora Linux'\nID=fedora"), Some(Family::Fedora));
    }

    #[test]
    fn takes_a_relative_for_its_nearest_ancestor() {
        assert_eq!(family("ID=linuxmint\nID_LIKE=\"ubuntu debian\""), Some(Family::Ubuntu));
        assert_eq!(family("ID=raspbian\nID_LIKE=debian"), Some(Family::Debian));
        assert_eq!(family("ID=\"nobara\"\nID_LIKE=\"rhel centos fedora\""), Some(Family::Fedora));
    }

    #[test]
    fn an_unknown_or_silent_system_has_no_family_and_still_a_name() {
        assert_eq!(family("NAME=\"Arch Linux\"\nID=arch"), None);
        assert_eq!(Distribution::parse(""), Distribution { name: "this Linux".into(), family: None });
    }

    #[test]
    fn installs_with_the_family_s_own_program() {
        let debian = Family::Debian.installation(&["openbox", "xvfb"]);
        assert_eq!(debian[0].join(" "), "apt-get update");
        assert!(debian[1].join(" ").ends_with("apt-get install --yes --no-install-recommends openbox xvfb"));
        let fedora = Family::Fedora.installation(&["openbox"]);
        assert_eq!(fedora.len(), 1);
        assert!(fedora[0].join(" ").starts_with("dnf install --assumeyes"));
    }
}
