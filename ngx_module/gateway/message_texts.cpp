#include "ngx_module/gateway/message_texts.h"

namespace agent_sessions::gateway {

namespace {

using tracker::EndReason;

constexpr MessageTexts kTexts[] = {
    {
        .ended_title = "Your session was closed",
        .it_was = "It was ",
        .session_was = "The session was ",
        .by_administrator = "closed by an administrator",
        .replaced = "replaced by another session of yours",
        .by_limit = "closed because the licence limit was reached",
        .idle = "closed because it was idle for too long",
        .absolute = "closed because its time was over",
        .logout = "closed by logging out",
        .closed = "closed",
        .words_follow = "The message that was left for you:",
        .go_on = "Please reload and reactivate the application in order to continue.",
        .after_post = "What you sent was not carried out. Use Back in your browser to see what you typed and "
                      "copy it before you reactivate the application.",
        .button = "Reload and reactivate",
        .required_title = "A session is required",
        .required_detail = "This request carries no session. Open the application in the browser first.",
        .unavailable_title = "No session can begin now",
        .unavailable_detail =
            "The application can't be opened at the moment. Please try again in a few seconds.",
        .conflict_title = "Conflicting session cookies",
        .conflict_detail = "The browser sent several session cookies that differ. Delete the cookies of this "
                           "site, then reload the page.",
    },
    {
        .ended_title = "Ihre Sitzung wurde beendet",
        .it_was = "Sie wurde ",
        .session_was = "Die Sitzung wurde ",
        .by_administrator = "von der Administration beendet",
        .replaced = "durch eine andere Ihrer Sitzungen ersetzt",
        .by_limit = "beendet, weil die Zahl der Lizenzen erreicht war",
        .idle = "beendet, weil sie zu lange ungenutzt war",
        .absolute = "beendet, weil ihre Zeit abgelaufen war",
        .logout = "durch Abmelden beendet",
        .closed = "beendet",
        .words_follow = "Diese Nachricht wurde für Sie hinterlassen:",
        .go_on = "Bitte laden Sie die Anwendung neu und aktivieren Sie sie wieder, um fortzufahren.",
        .after_post = "Was Sie abgeschickt haben, wurde nicht ausgeführt. Mit „Zurück“ im Browser sehen Sie, "
                      "was Sie eingegeben haben, und können es kopieren, bevor Sie die Anwendung wieder "
                      "aktivieren.",
        .button = "Neu laden und wieder aktivieren",
        .required_title = "Eine Sitzung ist erforderlich",
        .required_detail =
            "Diese Anfrage gehört zu keiner Sitzung. Öffnen Sie zuerst die Anwendung im Browser.",
        .unavailable_title = "Zurzeit kann keine Sitzung beginnen",
        .unavailable_detail = "Die Anwendung lässt sich gerade nicht öffnen. Bitte versuchen Sie es in "
                              "einigen Sekunden erneut.",
        .conflict_title = "Widersprüchliche Sitzungs-Cookies",
        .conflict_detail = "Der Browser hat mehrere verschiedene Sitzungs-Cookies gesendet. Löschen Sie die "
                           "Cookies dieser Website und laden Sie dann die Seite neu.",
    },
    {
        .ended_title = "Votre session a été fermée",
        .it_was = "Elle a été ",
        .session_was = "La session a été ",
        .by_administrator = "fermée par un administrateur",
        .replaced = "remplacée par une autre de vos sessions",
        .by_limit = "fermée parce que le nombre de licences était atteint",
        .idle = "fermée parce qu’elle est restée inactive trop longtemps",
        .absolute = "fermée parce que sa durée était écoulée",
        .logout = "fermée par une déconnexion",
        .closed = "fermée",
        .words_follow = "Le message laissé pour vous :",
        .go_on = "Veuillez recharger et réactiver l’application pour continuer.",
        .after_post =
            "Ce que vous avez envoyé n’a pas été exécuté. Le bouton Retour de votre navigateur vous "
            "permet de revoir et de copier ce que vous avez saisi avant de réactiver l’application.",
        .button = "Recharger et réactiver",
        .required_title = "Une session est nécessaire",
        .required_detail =
            "Cette requête n’appartient à aucune session. Ouvrez d’abord l’application dans le navigateur.",
        .unavailable_title = "Aucune session ne peut commencer maintenant",
        .unavailable_detail = "L’application ne peut pas être ouverte pour le moment. Veuillez réessayer "
                              "dans quelques secondes.",
        .conflict_title = "Cookies de session contradictoires",
        .conflict_detail = "Le navigateur a envoyé plusieurs cookies de session différents. Supprimez les "
                           "cookies de ce site, puis rechargez la page.",
    },
};

}  // namespace

const MessageTexts& texts_in(Language language) noexcept {
    return kTexts[static_cast<std::size_t>(language)];
}

std::string_view reason_in_words(EndReason reason, Language language) noexcept {
    const MessageTexts& texts = texts_in(language);
    switch (reason) {
        case EndReason::administrator:
            return texts.by_administrator;
        case EndReason::replaced:
            return texts.replaced;
        case EndReason::limit:
            return texts.by_limit;
        case EndReason::idle:
            return texts.idle;
        case EndReason::absolute:
            return texts.absolute;
        case EndReason::logout:
            return texts.logout;
        case EndReason::none:
            break;
    }
    return texts.closed;
}

}  // namespace agent_sessions::gateway
