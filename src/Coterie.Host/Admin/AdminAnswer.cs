using Microsoft.AspNetCore.Http;

namespace Coterie.Host.Admin;

/// <summary>Answers one GET request of the admin address.</summary>
/// <param name="query">What stands behind the path.</param>
/// <param name="cancellationToken">Whoever asked has gone.</param>
internal delegate ValueTask<AdminAnswer> AdminRoute(IQueryCollection query, CancellationToken cancellationToken);

/// <summary>What the admin address answers to one request.</summary>
internal readonly record struct AdminAnswer(int Status, string ContentType, string Body)
{
    public const string PlainText = "text/plain; charset=utf-8";

    public const string Json = "application/json; charset=utf-8";

    /// <summary>The Prometheus text exposition format, version 0.0.4.</summary>
    public const string Prometheus = "text/plain; version=0.0.4; charset=utf-8";
}
