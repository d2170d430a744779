namespace Coterie.Host.Admin;

/// <summary>Answers one GET request of the admin address.</summary>
internal delegate ValueTask<AdminAnswer> AdminRoute(CancellationToken cancellationToken);

/// <summary>What the admin address answers to one request.</summary>
internal readonly record struct AdminAnswer(int Status, string ContentType, string Body)
{
    public const string PlainText = "text/plain; charset=utf-8";

    public const string Json = "application/json; charset=utf-8";

    /// <summary>The Prometheus text exposition format, version 0.0.4.</summary>
    public const string Prometheus = "text/plain; version=0.0.4; charset=utf-8";
}
