//! `doctor`: looks at everything the sync depends on, and says cause and remedy for each failure.

use std::process::ExitCode;

use presence::checkup::{self, Line};
use presence::desktop::browser;
use presence::settings::Profile;

use crate::options::{Common, Doctor, VaultKind};
use crate::{Outcome, profile};

pub(crate) async fn run(common: Common, doctor: Doctor) -> Outcome {
    let mut failed = 0;
    let mut tell = |check: &Line| match &check.result {
        Ok(found) => println!("  ok    {}: {found}", check.name),
        Err(problem) => {
            failed += 1;
            println!("  FAIL  {}: {}", check.name, problem.what);
            println!("        Cause: {}", problem.cause);
            println!("        To do: {}", problem.remedy);
            let detail = problem.detail.as_deref().map(|detail| format!(" ({detail})")).unwrap_or_default();
            println!("        Code: {}{detail}", problem.code);
        }
    };
    let folder = Profile::open(common.profile.as_deref(), false);
    let lock = folder.as_ref().map_err(Clone::clone).and_then(|profile| profile.lock("presence-sync doctor"));
    tell(&Line {
        name: "Profile".into(),
        result: lock.as_ref().map(|_| "The folder can be used.".to_owned()).map_err(Clone::clone),
    });
    tell(&Line { name: "Browser".into(), result: browser() });
    if common.vault != Some(VaultKind::Memory)
        && let Ok(profile) = &folder
    {
        let name = profile.name().to_owned();
        let check = tokio::task::spawn_blocking(move || checkup::vault(&name)).await;
        if let Ok(check) = check {
            tell(&check);
        }
    }
    // While another program holds the profile, its sign-in is left alone.
    if lock.is_ok() {
        match profile::parts(&common, &doctor.organisation) {
            Ok(parts) => {
                if let Some(notice) = parts.endpoints.notice() {
                    println!("  note  {notice}");
                }
                let checkup = checkup::standalone(parts.endpoints, parts.vault, parts.installation);
                checkup.everything().await.iter().for_each(&mut tell);
            }
            Err(problem) => tell(&Line { name: "Organisation".into(), result: Err(problem) }),
        }
    }
    println!(
        "{}",
        if failed == 0 { "Everything is as it should be.".into() } else { format!("{failed} to mend.") }
    );
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
