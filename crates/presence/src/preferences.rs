//! What the operator set: how the window looks, when there is work, what may interrupt, how the network is reached.
//!
//! All of it is applied at once. Values that make no sense are put right by [`Preferences::sound`] rather than refused:
//! a file may be edited by hand, and nobody must lose the rest of it.

use std::time::Duration;

use jiff::civil::Time;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::moment::Moment;

/// How rows are put together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub enum Group {
    /// Under their department.
    #[default]
    Department,
    /// Under their site.
    Site,
    /// In one list.
    None,
}

/// How rows are ordered within a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub enum Sort {
    /// Who is free first.
    #[default]
    State,
    /// By name.
    Name,
}

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// How large text is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub enum TextSize {
    /// Smaller than usual.
    Small,
    /// As designed.
    #[default]
    Standard,
    /// Larger.
    Large,
    /// The largest.
    Largest,
}

/// How close rows stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub enum Density {
    /// As designed.
    #[default]
    Comfortable,
    /// More rows on the screen.
    Compact,
}

/// How the board is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub enum Show {
    /// A row a person.
    #[default]
    Rows,
    /// A card a person.
    Cards,
}

/// How the window and its board look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub struct Look {
    /// Light or dark.
    pub theme: Theme,
    /// How large text is.
    pub text_size: TextSize,
    /// How close rows stand.
    pub density: Density,
    /// How rows are put together.
    pub group: Group,
    /// How rows are ordered.
    pub sort: Sort,
    /// Rows or cards.
    pub show: Show,
    /// Whether whoever is offline is left out.
    pub hide_offline: bool,
    /// Whether the window stands narrow at the edge of the screen.
    pub docked: bool,
    /// Whether the window stays above others.
    pub on_top: bool,
}

/// When there is work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub struct Hours {
    /// Whether hours are kept at all; if not, there is always work.
    pub kept: bool,
    /// Days with work, Monday first.
    pub days: [bool; 7],
    /// Beginning, as `07:30`.
    pub from: String,
    /// End, as `18:30`; earlier than the beginning means after midnight.
    pub to: String,
}

impl Default for Hours {
    fn default() -> Self {
        let days = [true, true, true, true, true, false, false];
        Self { kept: false, days, from: "07:30".into(), to: "18:30".into() }
    }
}

impl Hours {
    /// Whether there is work at a moment, where the clock shows this zone.
    #[must_use]
    pub fn contain(&self, moment: Moment, zone: &TimeZone) -> bool {
        let (Some(from), Some(to)) = (time(&self.from), time(&self.to)) else { return true };
        if !self.kept {
            return true;
        }
        let local = moment.wall.to_zoned(zone.clone());
        let today = self.days[usize::from(local.weekday().to_monday_zero_offset().unsigned_abs() % 7)];
        let yesterday =
            self.days[usize::from(local.weekday().previous().to_monday_zero_offset().unsigned_abs() % 7)];
        let now = local.time();
        if from < to {
            today && from <= now && now < to
        } else {
            // A night shift belongs to the day on which it begins.
            (today && from <= now) || (yesterday && now < to)
        }
    }
}

fn time(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

/// What may interrupt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub struct Alerts {
    /// Tell when somebody who was asked for is free.
    pub free: bool,
    /// For so many seconds somebody has to be free before it is told.
    pub free_for: u32,
    /// With a sound.
    pub sound: bool,
    /// Tell when a sign-in is needed.
    pub sign_in: bool,
    /// Tell when states are older than so many minutes; nought for never.
    pub old_after: u32,
    /// Not outside working hours.
    pub quiet_after_hours: bool,
}

impl Default for Alerts {
    fn default() -> Self {
        Self { free: true, free_for: 5, sound: false, sign_in: true, old_after: 5, quiet_after_hours: true }
    }
}

/// How the network is reached.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub struct Network {
    /// By which proxy.
    pub proxy: Proxy,
    /// Address of the proxy when it is a chosen one, such as `http://proxy.example:8080`.
    pub address: String,
    /// A PEM file with certificates to trust beside the system's; empty for none.
    pub authorities: String,
}

/// By which proxy the network is reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub enum Proxy {
    /// As the system has it.
    #[default]
    System,
    /// By none.
    Direct,
    /// By a chosen one.
    Chosen,
}

/// Everything that the operator set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub struct Preferences {
    /// Seconds between two polls of one person.
    pub interval: u32,
    /// Whether the program goes on without its window.
    pub stay: bool,
    /// How the window looks.
    pub look: Look,
    /// When there is work.
    pub hours: Hours,
    /// What may interrupt.
    pub alerts: Alerts,
    /// How the network is reached.
    pub network: Network,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            interval: 10,
            stay: true,
            look: Look::default(),
            hours: Hours::default(),
            alerts: Alerts::default(),
            network: Network::default(),
        }
    }
}

/// What can be chosen for [`Preferences::interval`].
pub const INTERVALS: [u32; 4] = [3, 5, 10, 30];

/// Outside working hours states are read this often.
pub const AFTER_HOURS: Duration = Duration::from_mins(1);

/// Longest time that somebody may have to be free before it is told.
const LONGEST_FREE: u32 = 120;

/// Longest age in minutes after which old states are told.
const LONGEST_OLD: u32 = 24 * 60;

/// No address or path is longer.
const LONGEST_TEXT: usize = 1_024;

impl Preferences {
    /// The same with every value within its bounds.
    #[must_use]
    pub fn sound(mut self) -> Self {
        if !INTERVALS.contains(&self.interval) {
            self.interval =
                INTERVALS.into_iter().find(|choice| *choice >= self.interval).unwrap_or(INTERVALS[3]);
        }
        let usual = Hours::default();
        for (time, usual) in [(&mut self.hours.from, usual.from), (&mut self.hours.to, usual.to)] {
            *time = match self::time(time) {
                Some(sound) => sound.strftime("%H:%M").to_string(),
                None => usual,
            };
        }
        self.alerts.free_for = self.alerts.free_for.min(LONGEST_FREE);
        self.alerts.old_after = self.alerts.old_after.min(LONGEST_OLD);
        for text in [&mut self.network.address, &mut self.network.authorities] {
            *text = text.trim().chars().filter(|sign| !sign.is_control()).take(LONGEST_TEXT).collect();
        }
        if let Some(part) = secret_part(&self.network.address) {
            self.network.address.replace_range(part, "");
        }
        self
    }

    /// Whether the address of a proxy carries a name or a password, which settings are no place for.
    #[must_use]
    pub fn has_password(&self) -> bool {
        secret_part(&self.network.address).is_some()
    }

    /// Time between two polls of one person, at a moment.
    #[must_use]
    pub fn interval_at(&self, moment: Moment, zone: &TimeZone) -> Duration {
        let usual = Duration::from_secs(u64::from(self.interval));
        if self.hours.contain(moment, zone) { usual } else { usual.max(AFTER_HOURS) }
    }
}

/// Where an address holds a name or a password, with the `@` behind it.
fn secret_part(address: &str) -> Option<std::ops::Range<usize>> {
    let start = address.find("://").map_or(0, |at| at + 3);
    let end = address[start..].find(['/', '?', '#']).map_or(address.len(), |at| start + at);
    address[start..end].rfind('@').map(|at| start..start + at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::moment::Uptime;

    fn at(text: &str) -> Moment {
        Moment { uptime: Uptime(0), wall: text.parse().unwrap() }
    }

    fn kept(from: &str, to: &str) -> Hours {
        Hours { kept: true, from: from.into(), to: to.into(), ..Hours::default() }
    }

    #[test]
    fn hours_follow_the_clock_on_the_wall_and_a_night_shift_its_first_day() {
        let zone = TimeZone::get("Europe/Zurich").unwrap();
        let day = kept("07:30", "18:30");
        // A Monday in November: one hour ahead of UTC.
        let inside =
            ["06:30", "12:00", "17:29"].map(|time| day.contain(at(&format!("2026-11-23T{time}:00Z")), &zone));
        let outside =
            ["06:29", "17:30", "23:00"].map(|time| day.contain(at(&format!("2026-11-23T{time}:00Z")), &zone));
        assert_eq!((inside, outside), ([true; 3], [false; 3]));
        assert!(!day.contain(at("2026-11-22T12:00:00Z"), &zone), "a Sunday");
        let night = kept("22:00", "06:00");
        // Friday's shift goes on into Saturday; Sunday's does not exist.
        assert!(night.contain(at("2026-11-27T22:30:00Z"), &zone));
        assert!(night.contain(at("2026-11-28T04:30:00Z"), &zone));
        assert!(!night.contain(at("2026-11-28T22:30:00Z"), &zone));
        assert!(!night.contain(at("2026-11-23T03:00:00Z"), &zone), "Sunday night");
        assert!(Hours::default().contain(at("2026-11-22T03:00:00Z"), &zone), "nobody keeps hours");
    }

    #[test]
    fn what_makes_no_sense_is_put_right_and_the_rest_stays() {
        let text = "interval = 7\nstay = false\n[hours]\nkept = true\nfrom = \"25:00\"\nto = \"8:5\"\n[alerts]\nfree_for = 1\nfreeFor = 100000";
        let read: Preferences = toml::from_str(text).unwrap();
        let sound = read.sound();
        assert_eq!((sound.interval, sound.stay, sound.alerts.free_for), (10, false, LONGEST_FREE));
        assert_eq!((sound.hours.from.as_str(), sound.hours.to.as_str()), ("07:30", "08:05"));
        assert_eq!(Preferences::default().sound(), Preferences::default());
        assert_eq!(toml::from_str::<Preferences>("interval = 4000000000").unwrap().sound().interval, 30);
    }

    #[test]
    fn a_password_in_the_address_of_a_proxy_is_noticed_and_never_kept() {
        for (written, kept) in [
            ("http://ann:secret@proxy.example:8080", "http://proxy.example:8080"),
            ("ann:se@cret@proxy.example", "proxy.example"),
            ("http://proxy.example/a@b", "http://proxy.example/a@b"),
        ] {
            let network = Network { address: written.into(), ..Network::default() };
            let preferences = Preferences { network, ..Preferences::default() };
            assert_eq!(preferences.has_password(), written != kept);
            assert_eq!(preferences.sound().network.address, kept);
        }
    }

    #[test]
    fn outside_working_hours_states_are_read_once_a_minute() {
        let preferences = Preferences { hours: kept("07:30", "18:30"), ..Preferences::default() };
        let zone = TimeZone::UTC;
        assert_eq!(preferences.interval_at(at("2026-11-23T12:00:00Z"), &zone), Duration::from_secs(10));
        assert_eq!(preferences.interval_at(at("2026-11-23T20:00:00Z"), &zone), AFTER_HOURS);
    }
}
