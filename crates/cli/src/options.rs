//! Commands and options.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use presence::setup::integration::Integration;

/// Shows whose Microsoft Teams presence is what, and what 8x8 gets of it.
#[derive(Debug, Parser)]
#[command(name = "presence-sync", version, about, max_term_width = 100)]
pub(crate) struct Options {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options that all commands share.
#[derive(Clone, Debug, Args)]
pub(crate) struct Common {
    /// Keep settings, store and logs in this folder instead of the user's own.
    #[arg(long, value_name = "DIR", global = true)]
    pub(crate) profile: Option<PathBuf>,
    /// Read the vendors' addresses from this TOML file.
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) endpoints: Option<PathBuf>,
    /// Where the sign-in is kept [default: os; with --sandbox: memory].
    #[arg(long, value_enum, global = true)]
    pub(crate) vault: Option<VaultKind>,
    /// Print the sign-in address instead of opening the browser.
    #[arg(long, global = true)]
    pub(crate) no_browser: bool,
}

/// Where secrets are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum VaultKind {
    /// The system's keychain.
    Os,
    /// Memory: the sign-in is gone when the command ends.
    Memory,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show everybody's presence as it changes: a live table, or JSON lines.
    Watch(Watch),
    /// Install the integrations step by step, check them, or switch them off.
    Setup(Setup),
    /// Say who is matched between Teams and 8x8, who is not, why, and what to do.
    Report(Report),
    /// Run only the sandbox tenant's servers; prints the endpoints file to use with them.
    Sandbox(Sandbox),
    /// Check keychain, network, sign-in, permissions and keys.
    Doctor(Doctor),
    /// Say what 8x8 gets for a Teams state, and by which rule.
    Explain(Explain),
}

#[derive(Debug, Args)]
pub(crate) struct Watch {
    /// Watch the sandbox tenant: a made-up organisation on this computer.
    #[arg(long, conflicts_with = "endpoints")]
    pub(crate) sandbox: bool,
    /// People in the sandbox tenant.
    #[arg(long, default_value_t = 250, requires = "sandbox", value_parser = people)]
    pub(crate) people: usize,
    /// One JSON object a line.
    #[arg(long)]
    pub(crate) json: bool,
    /// End after the first complete picture.
    #[arg(long)]
    pub(crate) once: bool,
    /// End after this long, such as 30s or 5m.
    #[arg(long = "for", value_name = "SPAN", value_parser = span)]
    pub(crate) span: Option<Duration>,
    #[command(flatten)]
    pub(crate) organisation: Organisation,
}

#[derive(Debug, Args)]
pub(crate) struct Setup {
    /// teams-to-8x8, 8x8-to-teams, contacts or chat; without it the one that comes next, and then the others.
    #[arg(value_parser = integration)]
    pub(crate) integration: Option<Integration>,
    /// Rehearse: a made-up organisation on this computer, where nothing is installed.
    #[arg(long, conflicts_with = "endpoints")]
    pub(crate) sandbox: bool,
}

/// Which organisation, when neither the settings nor the endpoints file says so.
#[derive(Clone, Debug, Args)]
pub(crate) struct Organisation {
    /// Tenant id or domain of the organisation.
    #[arg(long)]
    pub(crate) tenant: Option<String>,
    /// Client id of the application registered there.
    #[arg(long)]
    pub(crate) client_id: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Report {
    /// Of the sandbox tenant: a made-up organisation on this computer.
    #[arg(long, conflicts_with = "endpoints")]
    pub(crate) sandbox: bool,
    /// Everybody, as comma-separated values for a spreadsheet.
    #[arg(long)]
    pub(crate) csv: bool,
    #[command(flatten)]
    pub(crate) organisation: Organisation,
}

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    #[command(flatten)]
    pub(crate) organisation: Organisation,
}

#[derive(Debug, Args)]
pub(crate) struct Sandbox {
    /// Port on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 9400)]
    pub(crate) port: u16,
    /// People in the organisation.
    #[arg(long, default_value_t = 1000, value_parser = people)]
    pub(crate) people: usize,
    /// Same seed, same day.
    #[arg(long, default_value_t = 7)]
    pub(crate) seed: u64,
    /// Simulated seconds a second.
    #[arg(long, default_value_t = 1.0, value_parser = pace)]
    pub(crate) pace: f64,
    /// Faults to play, as a TOML file.
    #[arg(long, value_name = "FILE")]
    pub(crate) faults: Option<PathBuf>,
    /// Begin with a tenant where Presence Sync is not installed yet.
    #[arg(long)]
    pub(crate) bare: bool,
    /// Let directory writes be seen only after this long, such as 3s.
    #[arg(long, value_name = "SPAN", value_parser = span)]
    pub(crate) replication: Option<Duration>,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// Graph's availability, such as Busy.
    #[arg(long, default_value = "", hide_default_value = true, allow_hyphen_values = true)]
    pub(crate) availability: String,
    /// Graph's activity, such as InAMeeting.
    #[arg(long, default_value = "", hide_default_value = true, allow_hyphen_values = true)]
    pub(crate) activity: String,
    /// Automatic replies are on.
    #[arg(long)]
    pub(crate) out_of_office: bool,
}

fn integration(text: &str) -> Result<Integration, String> {
    Integration::from_keyword(text).ok_or_else(|| {
        let keywords = Integration::ALL.map(Integration::keyword);
        format!("one of {}", keywords.join(", "))
    })
}

fn people(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|count| (1..=200_000).contains(count))
        .ok_or_else(|| "a number from 1 to 200000".into())
}

fn pace(text: &str) -> Result<f64, String> {
    let pace = text.parse().ok().filter(|pace: &f64| pace.is_finite() && (0.01..=3_600.0).contains(pace));
    pace.ok_or_else(|| "a number from 0.01 to 3600".into())
}

fn span(text: &str) -> Result<Duration, String> {
    let parsed = text.parse::<jiff::SignedDuration>().ok();
    let parsed = parsed
        .or_else(|| text.parse::<u32>().ok().map(|seconds| jiff::SignedDuration::from_secs(seconds.into())));
    parsed.and_then(|span| Duration::try_from(span).ok()).ok_or_else(|| "a span such as 30s, 5m or 1h".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_options_contradict_each_other_nowhere() {
        Options::command().debug_assert();
    }

    #[test]
    fn spans_are_read_as_people_write_them() {
        assert_eq!(
            ["30s", "5m", "12", "1h 30m"].map(|text| span(text).unwrap().as_secs()),
            [30, 300, 12, 5_400]
        );
        assert!(["", "soon", "-5s"].iter().all(|text| span(text).is_err()));
    }
}
