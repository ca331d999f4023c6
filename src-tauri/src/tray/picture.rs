//! The pictures of the tray's icon, for what they stand on.

use presence::view::menu::Icon;

macro_rules! pictures {
    ($icon:expr, $ground:literal) => {
        match $icon {
            Icon::Live => include_bytes!(concat!("../../../icons/tray/live-", $ground, ".png")).as_slice(),
            Icon::Syncing => include_bytes!(concat!("../../../icons/tray/syncing-", $ground, ".png")),
            Icon::Paused => include_bytes!(concat!("../../../icons/tray/paused-", $ground, ".png")),
            Icon::Attention => include_bytes!(concat!("../../../icons/tray/attention-", $ground, ".png")),
            Icon::Offline => include_bytes!(concat!("../../../icons/tray/offline-", $ground, ".png")),
        }
    };
}

/// No desktop tells the colour of its panel: the outlined pictures can be read on any.
#[cfg(target_os = "linux")]
pub(super) fn picture(icon: Icon) -> &'static [u8] {
    pictures!(icon, "outlined")
}

/// The system colours templates itself.
#[cfg(target_os = "macos")]
pub(super) fn picture(icon: Icon) -> &'static [u8] {
    pictures!(icon, "template")
}

/// The taskbar has a theme of its own, apart from that of programs, and it may change at any time.
#[cfg(windows)]
pub(super) fn picture(icon: Icon) -> &'static [u8] {
    let path = r"Software\Microsoft\Windows\CurrentVersion\Themes\Personalize";
    let key = windows_registry::CURRENT_USER.open(path);
    match key.and_then(|key| key.get_u32("SystemUsesLightTheme")) {
        Ok(0) => pictures!(icon, "on-dark"),
        Ok(_) => pictures!(icon, "on-light"),
        Err(_) => pictures!(icon, "outlined"),
    }
}
