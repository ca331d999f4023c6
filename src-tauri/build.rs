//! Makes the window's permissions: a page may call these commands and nothing else.

fn main() {
    let commands = &[
        "board",
        "call",
        "cancel_sign_in",
        "chat",
        "choose_organisation",
        "choose_rehearsal",
        "choose_sandbox",
        "copy_extension",
        "copy_setup_address",
        "copy_setup_password",
        "copy_sign_in_address",
        "copy_text",
        "desk",
        "detail",
        "diagnostics",
        "diagnostics_file",
        "email",
        "export_diagnostics",
        "export_matches",
        "health",
        "import",
        "initial_page",
        "leave",
        "matches",
        "open_page",
        "pause",
        "rehearsal_notes",
        "remove_everything",
        "resume",
        "sandbox",
        "settings",
        "setup",
        "setup_do",
        "setup_password",
        "sign_in",
        "sign_out",
        "status",
        "sync_now",
    ];
    let manifest = tauri_build::AppManifest::new().commands(commands);
    if let Err(error) = tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest)) {
        println!("cargo::error={error:#}");
    }
}
