//! Notifications through the UserNotifications framework, which knows programs by their bundle.
#![expect(unsafe_code, reason = "the framework calls back into a class, which only unsafe code can declare")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use block2::{DynBlock, RcBlock};
use objc2::rc::Retained;
use objc2::runtime::{Bool, NSObject, NSObjectProtocol, ProtocolObject};
use objc2::{AnyThread as _, DefinedClass as _, available, define_class, msg_send};
use objc2_foundation::{NSArray, NSBundle, NSError, NSSet, NSString};
use objc2_user_notifications::{
    UNAuthorizationOptions, UNMutableNotificationContent, UNNotification, UNNotificationAction,
    UNNotificationActionOptions, UNNotificationCategory, UNNotificationCategoryOptions,
    UNNotificationDismissActionIdentifier, UNNotificationPresentationOptions, UNNotificationRequest,
    UNNotificationResponse, UNNotificationSound, UNUserNotificationCenter, UNUserNotificationCenterDelegate,
};
use presence::desktop::{Notification, Opens};
use tauri::AppHandle;

use crate::app;

/// What was shown, by its key.
type Shown = Arc<Mutex<BTreeMap<&'static str, Meaning>>>;

struct Meaning {
    opens: Opens,
    action: &'static str,
}

pub(super) struct System {
    /// Nothing where the framework would end the program, because it runs outside a bundle.
    shown: Option<Shown>,
}

impl System {
    pub(super) fn new(app: &AppHandle) -> Self {
        if !available!(macos = 11.0) || !bundled() {
            tracing::debug!("no notifications: only an installed program on macOS 11 or later has them");
            return Self { shown: None };
        }
        let shown = Shown::default();
        let delegate = Delegate::new(app.clone(), Arc::clone(&shown));
        UNUserNotificationCenter::currentNotificationCenter()
            .setDelegate(Some(ProtocolObject::from_ref(&*delegate)));
        // The center does not own it, and clicks are heard for as long as the program runs.
        std::mem::forget(delegate);
        Self { shown: Some(shown) }
    }

    pub(super) fn show(&self, notification: Notification) {
        let Some(shown) = &self.shown else { return };
        let center = UNUserNotificationCenter::currentNotificationCenter();
        let Notification { key, title, text, action, opens, sound } = notification;
        {
            let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
            shown.insert(key, Meaning { opens, action });
            center.setNotificationCategories(&categories(&shown));
        }
        let content = UNMutableNotificationContent::new();
        content.setTitle(&NSString::from_str(&title));
        content.setBody(&NSString::from_str(&text));
        content.setCategoryIdentifier(&NSString::from_str(action));
        if sound {
            content.setSound(Some(&UNNotificationSound::defaultSound()));
        }
        let key = NSString::from_str(key);
        let request = UNNotificationRequest::requestWithIdentifier_content_trigger(&key, &content, None);
        let options = UNAuthorizationOptions::Alert | UNAuthorizationOptions::Sound;
        // A person is asked at the first notification only; afterwards the system knows the answer.
        let allowed = RcBlock::new(move |granted: Bool, _: *mut NSError| {
            if granted.as_bool() {
                UNUserNotificationCenter::currentNotificationCenter()
                    .addNotificationRequest_withCompletionHandler(&request, None);
            }
        });
        center.requestAuthorizationWithOptions_completionHandler(options, &allowed);
    }
}

/// Whether the program runs from its bundle. An identifier alone does not tell: it may stand in the bare executable.
fn bundled() -> bool {
    let bundle = NSBundle::mainBundle();
    bundle.bundleIdentifier().is_some() && bundle.bundlePath().to_string().ends_with(".app")
}

/// One for each button; the center knows only those that it was told of last.
fn categories(shown: &BTreeMap<&'static str, Meaning>) -> Retained<NSSet<UNNotificationCategory>> {
    let actions: BTreeSet<&str> = shown.values().map(|meaning| meaning.action).collect();
    let categories: Vec<_> = actions
        .into_iter()
        .map(|action| {
            let name = NSString::from_str(action);
            let options = UNNotificationActionOptions::Foreground;
            let button = UNNotificationAction::actionWithIdentifier_title_options(&name, &name, options);
            UNNotificationCategory::categoryWithIdentifier_actions_intentIdentifiers_options(
                &name,
                &NSArray::from_retained_slice(&[button]),
                &NSArray::new(),
                UNNotificationCategoryOptions::empty(),
            )
        })
        .collect();
    NSSet::from_retained_slice(&categories)
}

struct Clicks {
    app: AppHandle,
    shown: Shown,
}

define_class!(
    // SAFETY: NSObject may be subclassed without more ado, and the class does not implement Drop.
    #[unsafe(super(NSObject))]
    #[ivars = Clicks]
    struct Delegate;

    // SAFETY: NSObject answers all that the protocol asks for.
    unsafe impl NSObjectProtocol for Delegate {}

    // SAFETY: the methods have the selectors and types of the protocol, and may be called on any thread: what they use
    // is an application handle and a map behind a lock.
    unsafe impl UNUserNotificationCenterDelegate for Delegate {
        #[unsafe(method(userNotificationCenter:willPresentNotification:withCompletionHandler:))]
        fn will_present(
            &self,
            _center: &UNUserNotificationCenter,
            _notification: &UNNotification,
            done: &DynBlock<dyn Fn(UNNotificationPresentationOptions)>,
        ) {
            // Shown also while the window is in front: it need not show what this is about.
            done.call((UNNotificationPresentationOptions::Banner
                | UNNotificationPresentationOptions::List
                | UNNotificationPresentationOptions::Sound,));
        }

        #[unsafe(method(userNotificationCenter:didReceiveNotificationResponse:withCompletionHandler:))]
        fn did_receive(
            &self,
            _center: &UNUserNotificationCenter,
            response: &UNNotificationResponse,
            done: &DynBlock<dyn Fn()>,
        ) {
            // SAFETY: a constant of the framework, which is there from macOS 10.14 on.
            let dismissed = unsafe { UNNotificationDismissActionIdentifier };
            if *response.actionIdentifier() != *dismissed {
                let key = response.notification().request().identifier().to_string();
                app::open(&self.ivars().app, self.meant(&key));
            }
            done.call(());
        }
    }
);

impl Delegate {
    fn new(app: AppHandle, shown: Shown) -> Retained<Self> {
        let this = Self::alloc().set_ivars(Clicks { app, shown });
        // SAFETY: NSObject's initialiser takes nothing and returns the object.
        unsafe { msg_send![super(this), init] }
    }

    /// Those from before a restart lead to the board.
    fn meant(&self, key: &str) -> Opens {
        let shown = self.ivars().shown.lock().unwrap_or_else(PoisonError::into_inner);
        shown.get(key).map_or(Opens::Board, |meaning| meaning.opens)
    }
}
