# nginx reads this file once its own makefile is written. What follows are target-specific values, so that
# nothing here reaches an object that is not ours.

agent_sessions_root=`cd "$ngx_addon_dir" && pwd`

# nginx names an object after the last folder of its source: two folders of one name share their objects' names.
agent_sessions_objs=
for agent_sessions_file in `sed -e 's/#.*//' "$ngx_addon_dir/build-aux/sources.list"`; do
    agent_sessions_folder=`dirname "$ngx_addon_dir/$agent_sessions_file"`
    agent_sessions_obj=`basename "$agent_sessions_folder"`/`basename "$agent_sessions_file" .cpp`.o
    agent_sessions_obj=$NGX_OBJS/addon/$agent_sessions_obj
    case " $agent_sessions_objs " in
        *" $agent_sessions_obj "*)
            echo "$0: error: two sources of $ngx_addon_dir would be built as $agent_sessions_obj"
            exit 1
        ;;
    esac
    agent_sessions_objs="$agent_sessions_objs $agent_sessions_obj"
done

agent_sessions_cflags="-std=c++20 -fvisibility=hidden -fvisibility-inlines-hidden -fstack-protector-strong"

# A unique symbol would keep the module mapped after its unloading. Other compilers have neither symbol nor option.
if [ "$NGX_CC_NAME" = gcc ]; then
    agent_sessions_cflags="$agent_sessions_cflags -fno-gnu-unique"
fi

case " $NGX_CC_OPT" in
    *" -O"*) ;;
    *)       agent_sessions_cflags="$agent_sessions_cflags -O2" ;;
esac

case "$NGX_CC_OPT" in
    *_FORTIFY_SOURCE*) ;;
    *)                 agent_sessions_cflags="$agent_sessions_cflags -D_FORTIFY_SOURCE=2" ;;
esac

# nginx's own -Werror would turn each new compiler's new warning into a failed build.
agent_sessions_cflags="$agent_sessions_cflags -Wall -Wextra -Wno-error -MMD -MP"

if test -n "$agent_sessions_objs"; then
    cat << END                                                >> $NGX_MAKEFILE

AGENT_SESSIONS_OBJS =$agent_sessions_objs

\$(AGENT_SESSIONS_OBJS): CFLAGS += $agent_sessions_cflags
\$(AGENT_SESSIONS_OBJS): CFLAGS += -DAGENT_SESSIONS_WEB_DIR='"$agent_sessions_root/build/web"'
\$(AGENT_SESSIONS_OBJS): CFLAGS += -DAGENT_SESSIONS_CLIENT_DIR='"$agent_sessions_root/build/client"'
\$(AGENT_SESSIONS_OBJS): ALL_INCS := -I $ngx_addon_dir \$(subst -I ,-isystem ,\$(ALL_INCS))
\$(AGENT_SESSIONS_OBJS): $ngx_addon_dir/config $ngx_addon_dir/config.make

$NGX_OBJS/ngx_http_agent_sessions_module.so: $ngx_addon_dir/ngx_module/exports.map

-include \$(AGENT_SESSIONS_OBJS:.o=.d)

END
fi
