// The one place where the bodies of Boost.JSON and Boost.URL are compiled, so that neither library is linked.
#include <boost/json/src.hpp>
#include <boost/url/src.hpp>
