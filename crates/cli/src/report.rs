//! `report`: who is on both sides, who is not, why, and what to do.

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;

use presence::driver::{self, Handle};
use presence::error::Problem;
use presence::log;
use presence::snapshot::{Snapshot, SourceOf};
use presence::view::matches::{MOST_ROWS, Query, Tab, csv, matches};

use crate::options::{Common, Report};
use crate::{Outcome, profile, watch};

pub(crate) async fn run(common: Common, report: Report) -> Outcome {
    let tenant = if report.sandbox {
        Some(crate::sandbox::start(sandbox::Options { people: 250, ..Default::default() }).await?)
    } else {
        None
    };
    let parts = match &tenant {
        Some(tenant) => profile::sandbox_parts(&common, tenant)?,
        None => profile::parts(&common, &report.organisation)?,
    };
    let _lock = parts.profile.lock("presence-sync report")?;
    let _log = log::start(&parts.profile.logs());
    let handle = driver::start(parts)?;
    let outcome = tokio::select! {
        snapshot = everything(&handle) => snapshot.and_then(|snapshot| {
            let mut out = io::stdout().lock();
            let written = if report.csv {
                out.write_all(csv(&snapshot).as_bytes()).and_then(|()| out.flush())
            } else {
                lines(&mut out, &snapshot)
            };
            written.map(|()| ExitCode::SUCCESS).or_else(|error| watch::unwritable(&error))
        }),
        () = crate::stop::asked() => Ok(ExitCode::SUCCESS),
    };
    handle.stop().await;
    if let Some(tenant) = tenant {
        tenant.stop().await;
    }
    outcome
}

/// A picture with everybody, and with the agents and ring groups where they are read; what can not be read is not waited for.
async fn everything(handle: &Handle) -> Result<Arc<Snapshot>, Problem> {
    let complete = watch::complete(handle).await?;
    let answered = |snapshot: &Snapshot| {
        snapshot.center.iter().flat_map(|center| &center.sources).all(|(of, source)| {
            let is_read = matches!(of, SourceOf::Agents | SourceOf::Groups | SourceOf::Activity(_));
            !is_read || source.last_success.is_some() || source.problem.is_some()
        })
    };
    let mut snapshots = handle.snapshots();
    // The driver has ended: what is known is told.
    Ok(snapshots.wait_for(|snapshot| answered(snapshot)).await.map_or(complete, |found| Arc::clone(&found)))
}

/// Everybody without a match, by part; whoever is matched is only counted.
fn lines(out: &mut impl Write, snapshot: &Snapshot) -> io::Result<()> {
    let part = |tab: Tab, offset: usize| {
        matches(snapshot, &Query { tab, search: String::new(), offset, limit: MOST_ROWS })
    };
    let first = part(Tab::Matched, 0);
    writeln!(out, "{}", first.headline)?;
    for tab in &first.tabs {
        writeln!(out, "{:>8}  {}", tab.count, tab.label)?;
    }
    for tab in Tab::ALL.into_iter().filter(|tab| *tab != Tab::Matched) {
        let mut offset = 0;
        loop {
            let page = part(tab, offset);
            if offset == 0 && page.listed > 0 {
                writeln!(out, "\n{}. {}", tab.label(), page.hint)?;
            }
            for row in &page.rows {
                let address = if row.address.is_empty() { "" } else { ", " };
                let line = format!("  {}{address}{}: {}. {}", row.name, row.address, row.why, row.remedy);
                writeln!(out, "{}", line.trim_end())?;
            }
            offset += page.rows.len();
            if page.rows.is_empty() || offset >= page.listed {
                break;
            }
        }
    }
    out.flush()
}
