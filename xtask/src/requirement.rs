//! What must be on a Linux machine, for which purpose, why, and what the distributions call it.
//!
//! What counts is whether the program or library answers, not what a package database says: that is what the build and the
//! tests will look for, and it is the same question on every distribution.

use crate::distribution::Family;

/// What somebody wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Build and use `presence-sync` in a terminal.
    CommandLine,
    /// Build and check the window's page.
    Page,
    /// Build and open the window.
    Window,
    /// Drive the real window on an invisible desktop.
    DesktopTests,
}

/// How a requirement shows that it is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Probe {
    /// Any of these programs is on the search path.
    Program(&'static [&'static str]),
    /// pkg-config knows this library and its headers.
    Library(&'static str),
    /// A session bus can start this service, whose program is on no search path.
    Service(&'static str),
}

/// One thing that must be there.
#[derive(Debug)]
pub(crate) struct Requirement {
    purpose: Purpose,
    /// How to see whether it is there.
    pub(crate) probe: Probe,
    debian: &'static str,
    ubuntu: &'static str,
    fedora: &'static str,
    /// What it is for, in one line.
    pub(crate) why: &'static str,
}

impl Purpose {
    /// Every purpose.
    pub(crate) const ALL: [Self; 4] = [Self::CommandLine, Self::Page, Self::Window, Self::DesktopTests];

    /// The name on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::CommandLine => "command-line",
            Self::Page => "page",
            Self::Window => "window",
            Self::DesktopTests => "desktop-tests",
        }
    }

    /// Whether this purpose can not be served without that one.
    fn includes(self, other: Self) -> bool {
        self == other
            || match self {
                Self::CommandLine | Self::Page => false,
                Self::Window => matches!(other, Self::CommandLine | Self::Page),
                Self::DesktopTests => true,
            }
    }
}

/// Whether any of these purposes includes that one.
pub(crate) fn wanted(purposes: &[Purpose], one: Purpose) -> bool {
    purposes.iter().any(|purpose| purpose.includes(one))
}

impl Requirement {
    /// What this family calls the package.
    pub(crate) fn package(&self, family: Family) -> &'static str {
        match family {
            Family::Debian => self.debian,
            Family::Ubuntu => self.ubuntu,
            Family::Fedora => self.fedora,
        }
    }

    const fn new(purpose: Purpose, probe: Probe, debian: &'static str, why: &'static str) -> Self {
        Self { purpose, probe, debian, ubuntu: debian, fedora: debian, why }
    }

    const fn on_ubuntu(mut self, package: &'static str) -> Self {
        self.ubuntu = package;
        self
    }

    const fn on_fedora(mut self, package: &'static str) -> Self {
        self.fedora = package;
        self
    }
}

/// What is missing for these purposes, as the probe sees it.
pub(crate) fn missing(purposes: &[Purpose], is_met: impl Fn(Probe) -> bool) -> Vec<&'static Requirement> {
    REQUIREMENTS
        .iter()
        .filter(|requirement| wanted(purposes, requirement.purpose) && !is_met(requirement.probe))
        .collect()
}

/// npm, which is a package of its own on some systems and comes with Node.js on others, where asking for it is an error.
pub(crate) static NPM: Requirement = Requirement::new(
    Purpose::Page,
    Probe::Program(&["npm"]),
    "npm",
    "installs the libraries of the window's page",
);

static REQUIREMENTS: [Requirement; 16] = [
    Requirement::new(
        Purpose::CommandLine,
        Probe::Program(&["cc"]),
        "build-essential",
        "C compiler and linker: SQLite and the TLS library are built in",
    )
    .on_fedora("gcc"),
    Requirement::new(
        Purpose::Page,
        Probe::Program(&["node"]),
        "nodejs",
        "Node.js, which builds and checks the window's page",
    ),
    Requirement::new(
        Purpose::Window,
        Probe::Program(&["pkg-config"]),
        "pkg-config",
        "finds the libraries that the window links",
    )
    .on_fedora("pkgconf-pkg-config"),
    Requirement::new(
        Purpose::Window,
        Probe::Library("webkit2gtk-4.1"),
        "libwebkit2gtk-4.1-dev",
        "WebKitGTK, which draws the window",
    )
    .on_fedora("webkit2gtk4.1-devel"),
    Requirement::new(
        Purpose::Window,
        Probe::Program(&["xdg-open"]),
        "xdg-utils",
        "opens the sign-in page in your browser",
    ),
    Requirement::new(Purpose::DesktopTests, Probe::Program(&["Xvfb"]), "xvfb", "a display without a screen")
        .on_fedora("xorg-x11-server-Xvfb"),
    Requirement::new(
        Purpose::DesktopTests,
        Probe::Program(&["openbox"]),
        "openbox",
        "a window manager for that display",
    ),
    Requirement::new(
        Purpose::DesktopTests,
        Probe::Program(&["dbus-run-session"]),
        "dbus",
        "a session bus of the tests' own",
    )
    .on_fedora("dbus-daemon"),
    Requirement::new(
        Purpose::DesktopTests,
        Probe::Program(&["gnome-keyring-daemon"]),
        "gnome-keyring",
        "a real keychain, for sign-in that survives a restart",
    ),
    Requirement::new(
        Purpose::DesktopTests,
        Probe::Program(&["dunst"]),
        "dunst",
        "a real notification daemon, to see what is shown and to press it",
    ),
    Requirement::new(
        Purpose::DesktopTests,
        Probe::Service("org.a11y.Bus"),
        "at-spi2-core",
        "the bus that screen readers listen on",
    ),
    // Fedora has moved this program between packages; its package program also takes a path.
    Requirement::new(
        Purpose::DesktopTests,
        Probe::Program(&["WebKitWebDriver"]),
        "webkit2gtk-driver",
        "drives the window's page",
    )
    .on_fedora("/usr/bin/WebKitWebDriver"),
    Requirement::new(
        Purpose::DesktopTests,
        Probe::Program(&["import"]),
        "imagemagick",
        "pictures of the display when a test fails",
    )
    .on_fedora("ImageMagick"),
    Requirement::new(
        Purpose::DesktopTests,
        Probe::Program(&["xdotool"]),
        "xdotool",
        "keyboard and windows of the display",
    ),
    Requirement::new(
        Purpose::DesktopTests,
        Probe::Program(&["chromium", "chromium-browser", "google-chrome"]),
        "chromium",
        "a real browser for the sign-in",
    )
    .on_ubuntu("chromium-browser"),
    Requirement::new(
        Purpose::DesktopTests,
        Probe::Program(&["chromedriver"]),
        "chromium-driver",
        "drives that browser",
    )
    .on_ubuntu("chromium-chromedriver")
    .on_fedora("chromedriver"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn packages(purposes: &[Purpose], family: Family, met: impl Fn(Probe) -> bool) -> Vec<&'static str> {
        missing(purposes, met).iter().map(|requirement| requirement.package(family)).collect()
    }

    #[test]
    fn the_command_line_needs_a_compiler_and_nothing_else() {
        assert_eq!(packages(&[Purpose::CommandLine], Family::Debian, |_| false), ["build-essential"]);
        assert_eq!(packages(&[Purpose::CommandLine], Family::Fedora, |_| false), ["gcc"]);
    }

    #[test]
    fn the_window_needs_the_page_and_webkit_but_no_test_tools() {
        let packages = packages(&[Purpose::Window], Family::Fedora, |_| false);
        assert_eq!(packages, ["gcc", "nodejs", "pkgconf-pkg-config", "webkit2gtk4.1-devel", "xdg-utils"]);
    }

    #[test]
    fn the_page_alone_needs_no_compiler() {
        assert_eq!(packages(&[Purpose::Page], Family::Ubuntu, |_| false), ["nodejs"]);
    }

    #[test]
    fn the_desktop_tests_include_everything() {
        assert_eq!(missing(&[Purpose::DesktopTests], |_| false).len(), REQUIREMENTS.len());
        assert_eq!(missing(&Purpose::ALL, |_| false).len(), REQUIREMENTS.len());
    }

    #[test]
    fn what_answers_is_not_asked_for() {
        let met = |probe| probe != Probe::Program(&["openbox"]);
        assert_eq!(packages(&Purpose::ALL, Family::Ubuntu, met), ["openbox"]);
        assert!(missing(&Purpose::ALL, |_| true).is_empty());
    }

    #[test]
    fn notifications_and_screen_readers_are_tested_with_the_same_packages_everywhere() {
        let met = |probe| !matches!(probe, Probe::Service(_) | Probe::Program(&["dunst"]));
        for family in [Family::Debian, Family::Ubuntu, Family::Fedora] {
            assert_eq!(packages(&[Purpose::DesktopTests], family, met), ["dunst", "at-spi2-core"]);
        }
    }

    #[test]
    fn ubuntu_and_fedora_names_differ_where_they_must() {
        let met = |probe| !matches!(probe, Probe::Program(names) if names.contains(&"chromedriver"));
        assert_eq!(packages(&Purpose::ALL, Family::Debian, met), ["chromium-driver"]);
        assert_eq!(packages(&Purpose::ALL, Family::Ubuntu, met), ["chromium-chromedriver"]);
        assert_eq!(packages(&Purpose::ALL, Family::Fedora, met), ["chromedriver"]);
    }
}
