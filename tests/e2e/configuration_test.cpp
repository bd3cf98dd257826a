// Every wrong use of a directive is refused by nginx -t, in nginx' own words (issue 2, point 6; ARCHITECTURE
// 7).
#include "tests/e2e/support/gateway_test.h"

namespace agent_sessions::e2e {
namespace {

struct Wrong {
    const char* where;      // http, server, location or admin
    const char* directive;  // with its semicolon
    const char* message;    // what nginx has to say, without file and line
};

class Configuration : public GatewayTest {
  protected:
    Configuration() {
        // Only what is under test, so that nothing is a duplicate.
        config.directives.clear();
        config.set("agent_sessions", kZone);
    }

    std::string answer_to(const std::string& where, const std::string& directive) {
        GatewayConfig wrong = config;
        if (where == "main") {
            wrong.main = directive + "\n";
        } else if (where == "http") {
            wrong.http = "    " + directive + "\n";
        } else if (where == "server") {
            wrong.server = "        " + directive + "\n";
        } else if (where == "location") {
            wrong.location = "            " + directive + "\n";
        } else {
            wrong.locations = "        location /own/ { " + directive + " }\n";
        }
        server.configure(wrong.text());
        const CommandResult result = server.check_configuration();
        return result.exit_code == 0 ? "accepted" : result.output;
    }
};

constexpr Wrong kWrong[] = {
    {"http", "agent_sessions_zone;", "invalid number of arguments in \"agent_sessions_zone\" directive"},
    {"http", "agent_sessions_zone second;", "\"agent_sessions_zone\" must have \"capacity\" parameter"},
    {"http", "agent_sessions_zone floor capacity=1000;", "duplicate agent_sessions zone \"floor\""},
    {"http", "agent_sessions_zone second capacity=;",
     "invalid value \"\" in \"agent_sessions_zone\" directive"},
    {"http", "agent_sessions_zone second capacity=999;",
     "invalid value \"999\" in \"agent_sessions_zone\" directive"},
    {"http", "agent_sessions_zone second capacity=10000001;",
     "invalid value \"10000001\" in \"agent_sessions_zone\""},
    {"http", "agent_sessions_zone second capacity=-5;",
     "invalid value \"-5\" in \"agent_sessions_zone\" directive"},
    {"http", "agent_sessions_zone second capacity=1e4;",
     "invalid value \"1e4\" in \"agent_sessions_zone\" directive"},
    {"http", "agent_sessions_zone second capacity=10m;",
     "invalid value \"10m\" in \"agent_sessions_zone\" directive"},
    {"http", "agent_sessions_zone second capacity=1000 capacity=1000;",
     "duplicate parameter \"capacity=1000\""},
    {"http", "agent_sessions_zone second capacity=1000 size=5;", "invalid parameter \"size=5\""},
    {"http", "agent_sessions_zone second capacity=1000 run=;", "invalid parameter \"run=\""},
    {"http", "agent_sessions_zone second capacity=1000 state=;", "invalid parameter \"state=\""},
    {"http", "agent_sessions_zone ../second capacity=1000;",
     "invalid value \"../second\" in \"agent_sessions_zone\""},
    {"http", "agent_sessions_zone off capacity=1000;",
     "invalid value \"off\" in \"agent_sessions_zone\" directive"},
    {"server", "agent_sessions_zone second capacity=1000;",
     "\"agent_sessions_zone\" directive is not allowed here"},
    {"main", "agent_sessions_zone second capacity=1000;",
     "\"agent_sessions_zone\" directive is not allowed here"},
    {"http", "agent_sessions_license acme;",
     "invalid number of arguments in \"agent_sessions_license\" directive"},
    {"http", "agent_sessions_license acme x;", "invalid value \"x\" in \"agent_sessions_license\" directive"},
    {"http", "agent_sessions_license acme -1;",
     "invalid value \"-1\" in \"agent_sessions_license\" directive"},
    {"http", "agent_sessions_license acme 5 mode=strict;", "invalid parameter \"mode=strict\""},
    {"http", "agent_sessions_license acme 5 mode=refuse;",
     "\"mode=refuse\" in \"agent_sessions_license\" directive is not"},
    {"http", "agent_sessions_license acme 5 mode=monitor mode=monitor;",
     "duplicate parameter \"mode=monitor\""},
    {"http", "agent_sessions_license acme 5 timezone=../etc;",
     "invalid value \"../etc\" in \"agent_sessions_license\""},
    {"http", "agent_sessions_license acme 5 timezone=;",
     "invalid value \"\" in \"agent_sessions_license\" directive"},
    {"http", "agent_sessions_license acme 5 timezone=Europe/Atlantis;",
     "invalid value \"Europe/Atlantis\" in \"agent_sessions_license\" directive, it is no time zone of this "
     "system"},
    {"http", "agent_sessions_license acme 5; agent_sessions_license acme 6;", "duplicate account \"acme\""},
    {"http", "agent_sessions_license acme 5 nothing=1;", "invalid parameter \"nothing=1\""},
    {"location", "agent_sessions_license acme 5;",
     "\"agent_sessions_license\" directive is not allowed here"},
    {"location", "agent_sessions;", "invalid number of arguments in \"agent_sessions\" directive"},
    {"location", "agent_sessions floor off;", "invalid number of arguments in \"agent_sessions\" directive"},
    {"location", "agent_sessions nowhere;", "unknown agent_sessions zone \"nowhere\""},
    {"server", "agent_sessions floor;", "\"agent_sessions\" directive is duplicate"},
    {"location", "agent_sessions_account;",
     "invalid number of arguments in \"agent_sessions_account\" directive"},
    {"server", "agent_sessions_account a; agent_sessions_account b;",
     "\"agent_sessions_account\" directive is duplicate"},
    {"location", "agent_sessions_account $no_such_variable;", "unknown \"no_such_variable\" variable"},
    {"location", "agent_sessions_account ${a;", "the closing bracket in \"a\" variable is missing"},
    {"location", "agent_sessions_timezone ../etc/passwd;",
     "invalid value \"../etc/passwd\" in \"agent_sessions_timezone\""},
    {"location", "agent_sessions_timezone Europe/Atlantis;",
     "invalid value \"Europe/Atlantis\" in \"agent_sessions_timezone\" directive, it is no time zone of this "
     "system"},
    {"location", "agent_sessions_agent a b;",
     "invalid number of arguments in \"agent_sessions_agent\" directive"},
    {"location", "agent_sessions_agent $no_such_variable;", "unknown \"no_such_variable\" variable"},
    {"location", "agent_sessions_interaction;",
     "invalid number of arguments in \"agent_sessions_interaction\" directive"},
    {"location", "agent_sessions_interaction a b c;",
     "invalid number of arguments in \"agent_sessions_interaction\""},
    {"location", "agent_sessions_interaction a $no_such_variable;", "unknown \"no_such_variable\" variable"},
    {"location", "agent_sessions_cookie;",
     "invalid number of arguments in \"agent_sessions_cookie\" directive"},
    {"location", "agent_sessions_cookie \"a b\";", "in \"agent_sessions_cookie\" directive"},
    {"location", "agent_sessions_cookie \"a=b\";", "in \"agent_sessions_cookie\" directive"},
    {"location", "agent_sessions_cookie __Host-sid;", "in \"agent_sessions_cookie\" directive"},
    {"location", "agent_sessions_cookie sid samesite=sometimes;", "invalid parameter \"samesite=sometimes\""},
    {"location", "agent_sessions_cookie sid secure=yes;", "invalid parameter \"secure=yes\""},
    {"location", "agent_sessions_cookie sid max_age=5;", "invalid parameter \"max_age=5\""},
    {"location", "agent_sessions_cookie sid domain=;", "invalid parameter \"domain=\""},
    {"location", "agent_sessions_cookie sid domain=\"a;b\";", "in \"agent_sessions_cookie\" directive"},
    {"location", "agent_sessions_cookie sid nothing;", "invalid parameter \"nothing\""},
    {"location", "agent_sessions_cookie sid adopt; agent_sessions_cookie sid adopt;",
     "\"agent_sessions_cookie\" directive is duplicate"},
    {"location", "agent_sessions_cookie sid; agent_sessions_cookie other adopt;",
     "\"agent_sessions_cookie\" directive is duplicate"},
    {"location", "agent_sessions_cookie sid adopt; agent_sessions_cookie other;",
     "\"agent_sessions_cookie\" directive is duplicate"},
    {"location", "agent_sessions_cookie sid adopt adopt;", "duplicate parameter \"adopt\""},
    {"location", "agent_sessions_cookie sid adopt samesite=lax;", "invalid parameter \"samesite=lax\""},
    {"location", "agent_sessions_cookie sid adopt remember=never;", "invalid value \"never\""},
    {"location", "agent_sessions_cookie sid adopt remember=201d;", "invalid value \"201d\""},
    {"location", "agent_sessions_cookie \"a b\" adopt;", "invalid value \"a b\""},
    {"location", "agent_sessions_cookie sid samesite=none secure=off;",
     "in \"agent_sessions_cookie\" directive"},
    {"location", "agent_sessions_timeout;",
     "invalid number of arguments in \"agent_sessions_timeout\" directive"},
    {"location", "agent_sessions_timeout x;", "invalid value \"x\" in \"agent_sessions_timeout\" directive"},
    {"location", "agent_sessions_timeout 0;", "invalid value \"0\" in \"agent_sessions_timeout\" directive"},
    {"location", "agent_sessions_timeout -5m;",
     "invalid value \"-5m\" in \"agent_sessions_timeout\" directive"},
    {"location", "agent_sessions_timeout 2h absolute=1h;",
     "invalid value \"2h\" in \"agent_sessions_timeout\" directive"},
    {"location", "agent_sessions_timeout 5m absolute=x;",
     "invalid value \"x\" in \"agent_sessions_timeout\" directive"},
    {"location", "agent_sessions_timeout 5m absolute=1h absolute=1h;", "duplicate parameter \"absolute=1h\""},
    {"location", "agent_sessions_timeout 5m idle=1h;", "invalid parameter \"idle=1h\""},
    {"location", "agent_sessions_begin;",
     "invalid number of arguments in \"agent_sessions_begin\" directive"},
    {"location", "agent_sessions_label $no_such_variable;", "unknown \"no_such_variable\" variable"},
    {"location", "agent_sessions_record;",
     "invalid number of arguments in \"agent_sessions_record\" directive"},
    {"location", "agent_sessions_record name;",
     "invalid value \"name\" in \"agent_sessions_record\" directive"},
    {"location", "agent_sessions_record off address;",
     "invalid value \"off\" in \"agent_sessions_record\" directive"},
    {"location", "agent_sessions_record address address;", "duplicate parameter \"address\""},
    {"location", "agent_sessions_require yes;",
     "invalid value \"yes\" in \"agent_sessions_require\" directive, it must be \"on\" or \"off\""},
    {"location", "agent_sessions_require on on;",
     "invalid number of arguments in \"agent_sessions_require\" directive"},
    {"location", "agent_sessions_untracked;",
     "invalid number of arguments in \"agent_sessions_untracked\" directive"},
    {"location", "agent_sessions_untracked on;",
     "invalid value \"on\" in \"agent_sessions_untracked\" directive, it must be \"pass\" or \"refuse\""},
    {"location", "agent_sessions_untracked pass; agent_sessions_untracked pass;",
     "\"agent_sessions_untracked\" directive is duplicate"},
    {"main", "agent_sessions_untracked pass;", "\"agent_sessions_untracked\" directive is not allowed here"},
    {"location", "agent_sessions_interaction_close;",
     "invalid number of arguments in \"agent_sessions_interaction_close\" directive"},
    {"location", "agent_sessions_interaction_close a b c;",
     "invalid number of arguments in \"agent_sessions_interaction_close\" directive"},
    {"location", "agent_sessions_interaction_close $no_such_variable;",
     "unknown \"no_such_variable\" variable"},
    {"location", "agent_sessions_interaction_close a; agent_sessions_interaction_close b;",
     "\"agent_sessions_interaction_close\" directive is duplicate"},
    {"location", "agent_sessions_ended_status x;",
     "invalid value \"x\" in \"agent_sessions_ended_status\" directive"},
    {"location", "agent_sessions_ended_status 200;",
     "invalid value \"200\" in \"agent_sessions_ended_status\" directive"},
    {"location", "agent_sessions_ended_status 600;",
     "invalid value \"600\" in \"agent_sessions_ended_status\" directive"},
    {"location", "agent_sessions_activity;",
     "invalid number of arguments in \"agent_sessions_activity\" directive"},
    {"own", "agent_sessions_admin;", "invalid number of arguments in \"agent_sessions_admin\" directive"},
    {"own", "agent_sessions_admin nowhere;", "unknown agent_sessions zone \"nowhere\""},
    {"own", "agent_sessions_admin floor write=yes;", "invalid parameter \"write=yes\""},
    {"own", "agent_sessions_admin floor read=on;", "invalid parameter \"read=on\""},
    {"own", "agent_sessions_admin floor; agent_sessions_admin floor;",
     "\"agent_sessions_admin\" directive is duplicate"},
    {"server", "agent_sessions_admin floor;", "\"agent_sessions_admin\" directive is not allowed here"},
    {"server", "agent_sessions_admin_account a;",
     "\"agent_sessions_admin_account\" directive is not allowed here"},
    {"server", "agent_sessions_admin_role viewer;",
     "\"agent_sessions_admin_role\" directive is not allowed here"},
    {"server", "agent_sessions_admin_user me;",
     "\"agent_sessions_admin_user\" directive is not allowed here"},
    {"own", "agent_sessions_admin_role $no_such_variable;", "unknown \"no_such_variable\" variable"},
    {"own", "agent_sessions_ui_root;", "invalid number of arguments in \"agent_sessions_ui_root\" directive"},
    {"own", "agent_sessions_ui_root \"\";", "invalid value \"\" in \"agent_sessions_ui_root\" directive"},
    {"own", "agent_sessions_ui_root /nonexistent/brand;",
     "opendir() \"/nonexistent/brand\" failed (2: No such file or directory)"},
    {"own", "agent_sessions_ui_root /etc/passwd;", "opendir() \"/etc/passwd\" failed (20: Not a directory)"},
    {"own", "agent_sessions_ui_root /srv; agent_sessions_ui_root /srv;",
     "\"agent_sessions_ui_root\" directive is duplicate"},
    {"server", "agent_sessions_ui_root /srv;", "\"agent_sessions_ui_root\" directive is not allowed here"},
    {"own", "agent_sessions_client;", "invalid number of arguments in \"agent_sessions_client\" directive"},
    {"own", "agent_sessions_client nowhere;", "unknown agent_sessions zone \"nowhere\""},
    {"own", "agent_sessions_client off;", "invalid value \"off\" in \"agent_sessions_client\" directive"},
    {"own", "agent_sessions_client floor; agent_sessions_client floor;",
     "\"agent_sessions_client\" directive is duplicate"},
    {"own", "agent_sessions_client floor more;", "invalid parameter \"more\""},
    {"own", "agent_sessions_client floor origin=*;",
     "invalid value \"*\" in \"agent_sessions_client\" directive, it is no origin"},
    {"own", "agent_sessions_client floor origin=https://app.example/;",
     "invalid value \"https://app.example/\" in \"agent_sessions_client\" directive, it is no origin"},
    {"own", "agent_sessions_client floor origin=https://app.example:443;",
     "invalid value \"https://app.example:443\" in \"agent_sessions_client\" directive, it is no origin"},
    {"own", "agent_sessions_client floor origin=https://a.example origin=https://a.example;",
     "duplicate parameter \"origin=https://a.example\""},
    {"own", "agent_sessions_client floor heartbeat=0;",
     "invalid value \"0\" in \"agent_sessions_client\" directive"},
    {"own", "agent_sessions_client floor heartbeat=10s heartbeat=10s;",
     "duplicate parameter \"heartbeat=10s\""},
    {"own", "agent_sessions_client floor heartbeat=30m;",
     "\"heartbeat\" of \"agent_sessions_client\" must be less than the instance timeout"},
    {"own", "agent_sessions_client floor warn=never;",
     "invalid value \"never\" in \"agent_sessions_client\" directive"},
    {"own", "agent_sessions_client floor warn=30m;",
     "\"warn\" of \"agent_sessions_client\" must be less than the idle timeout"},
    {"own", "agent_sessions_admin floor; agent_sessions_client floor;",
     "\"agent_sessions_client\" cannot be used with \"agent_sessions_admin\""},
    {"own", "agent_sessions_client floor; agent_sessions_admin floor;",
     "\"agent_sessions_admin\" cannot be used with \"agent_sessions_client\""},
    {"server", "agent_sessions_client floor;", "\"agent_sessions_client\" directive is not allowed here"},
    {"location", "agent_sessions_nothing on;", "unknown directive \"agent_sessions_nothing\""},
};

TEST_F(Configuration, WrongDirectivesAreRefusedInNginxWords) {
    for (const Wrong& wrong : kWrong) {
        const std::string answer = answer_to(wrong.where, wrong.directive);
        EXPECT_NE(answer.find("[emerg]"), std::string::npos) << wrong.where << ": " << wrong.directive << "\n"
                                                             << answer;
        EXPECT_NE(answer.find(wrong.message), std::string::npos)
            << wrong.where << ": " << wrong.directive << "\nexpected " << wrong.message << "\n"
            << answer;
        // nginx itself looks for variables when all files are read, and then names no line.
        if (std::string(wrong.message).rfind("unknown \"no_such_variable", 0) != 0) {
            EXPECT_NE(answer.find("nginx.conf:"), std::string::npos) << "names file and line\n" << answer;
        }
    }
}

TEST_F(Configuration, EveryDirectiveIsAcceptedWhereItBelongs) {
    const std::pair<const char*, const char*> cases[] = {
        {"http",
         "agent_sessions_zone second capacity=10000000 run=/nonexistent/run state=/nonexistent/state;"},
        {"http",
         "agent_sessions_license acme 0; agent_sessions_license * 5 mode=monitor timezone=America/New_York;"},
        {"location",
         "agent_sessions floor; agent_sessions_account $host; agent_sessions_timezone Europe/Paris;"},
        {"location", "agent_sessions off;"},
        {"http",
         "agent_sessions_account acme; agent_sessions_timezone $host; agent_sessions_agent $remote_user;"},
        {"location",
         "agent_sessions_interaction $uri; agent_sessions_label $host; agent_sessions_begin $arg_begin;"},
        {"http", "agent_sessions_interaction $uri $arg_instance;"},
        {"http", "agent_sessions_interaction_close $upstream_http_x_closed;"},
        {"location", "agent_sessions_interaction_close $arg_closed $arg_instance;"},
        {"server", "agent_sessions_untracked refuse;"},
        {"location", "agent_sessions_untracked pass;"},
        {"location", "agent_sessions_cookie sid samesite=none partitioned secure=on max_age=off;"},
        {"server", "agent_sessions_cookie sid samesite=strict domain=example.com secure=auto;"},
        {"http",
         "agent_sessions_timeout 30m; agent_sessions_activity $arg_activity; agent_sessions_require on;"},
        {"location", "agent_sessions_timeout 90s absolute=8h instance=5m; agent_sessions_ended_status 440;"},
        {"location", "agent_sessions_record off;"},
        {"server", "agent_sessions_record address user_agent history;"},
        {"own",
         "agent_sessions_admin floor write=on; agent_sessions_admin_account $host; "
         "agent_sessions_admin_role admin; agent_sessions_admin_user $remote_user; agent_sessions_ui_root "
         "/srv;"},
    };
    for (const auto& [where, directive] : cases) {
        EXPECT_EQ(answer_to(where, directive), "accepted") << where << ": " << directive;
    }
}

TEST_F(Configuration, AWrongZoneIsToldAtStartToo) {
    config.http = "    agent_sessions_zone second capacity=5;\n";
    server.configure(config.text());
    const CommandResult refused = server.start_refused();
    EXPECT_NE(refused.output.find("invalid value \"5\" in \"agent_sessions_zone\" directive"),
              std::string::npos)
        << refused.output;
}

TEST_F(Configuration, ARunDirectoryThatCannotBeMadeIsToldAtStart) {
    config.zone_parameters = "run=@/missing/below state=@/state";
    server.configure(config.text());
    EXPECT_EQ(server.check_configuration().exit_code, 0);
    const CommandResult refused = server.start_refused();
    EXPECT_NE(refused.output.find("[emerg]"), std::string::npos);
    EXPECT_NE(refused.output.find("/missing/below"), std::string::npos) << refused.output;
}

TEST_F(Configuration, DirectivesAreInheritedAndOverridden) {
    config.set("agent_sessions_account", "outer");
    config.set("agent_sessions_agent", "$upstream_http_x_agent_id");
    config.locations =
        "        location /inner/ { agent_sessions_account inner; proxy_pass http://application; }\n"
        "        location /off/ { agent_sessions off; proxy_pass http://application; }\n";
    start();
    Browser first = browser();
    first.send(navigation("/inner/page"));
    EXPECT_EQ(first.send(navigation("/inner/page")).header("X-Account"), "inner");
    Browser second = browser();
    second.send(navigation("/page"));
    EXPECT_EQ(second.send(navigation("/page")).header("X-Account"), "outer");
    EXPECT_EQ(status_of(second.send(navigation("/off/page"))), "-");
}

TEST_F(Configuration, AVariableThatNamesNoTimeZoneIsReportedAndReadsAsUtc) {
    config.set("agent_sessions_timezone", "$arg_zone");
    start();
    Browser agent = browser();
    agent.send(navigation("/page?zone=Europe/Atlantis"));
    agent.send(navigation("/page?zone=Europe/Atlantis"));
    EXPECT_EQ(text_of(admin().list().at(0), "time_zone"), "UTC");
    EXPECT_NE(server.error_log().find("\"Europe/Atlantis\" of \"agent_sessions_timezone\" is no time zone"),
              std::string::npos);
}

TEST_F(Configuration, OneProcessWithoutAMasterWorks) {
    config.workers = 1;
    config.main = "master_process off;\n";
    server.configure(config.text());
    ASSERT_EQ(server.command({}).exit_code, 0);
    ASSERT_TRUE(wait_until([&] { return server.master() > 0; }));
    Browser alice = browser();
    const std::string ref = begin_session(alice, "alice");
    EXPECT_EQ(admin().terminate({ref}), std::vector<std::string>{"terminated"});
    EXPECT_TRUE(is_message_page(alice.send(navigation("/app"))));
    server.quit();
}

}  // namespace
}  // namespace agent_sessions::e2e
