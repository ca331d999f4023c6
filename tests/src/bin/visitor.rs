//! A browser for tests: `BROWSER` names it, the product starts it with the address of a sign-in, and it signs in to
//! the sandbox tenant as the status user, or as `VISITOR` says.
#![allow(clippy::print_stderr, reason = "whoever looks for the cause of a failed test looks here")]

use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Some(address) = std::env::args().nth(1) else {
        eprintln!("visitor: no address was given");
        return ExitCode::from(2);
    };
    let account = std::env::var("VISITOR").unwrap_or_else(|_| "8x8.status@brightwater.example".into());
    match sandbox::visit(&address, &account).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("visitor: {error}");
            ExitCode::FAILURE
        }
    }
}
