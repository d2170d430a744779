namespace Coterie.WebConsole.Query;

/// <summary>What one request may be. A statement must also fit, escaped, into one message of a page's connection.</summary>
internal static class QueryLimits
{
    public const int StatementLengthMax = 16_384;
    public const int PageSizeDefault = 100;
    public const int PageSizeMax = 1_000;
    public const int PagingStateLengthMax = 8_192;
    public const int CellLengthShown = 500;
    public const int SchemaRowsMax = 10_000;

    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(15);

    public static TimeSpan ConnectPatience { get; } = TimeSpan.FromSeconds(2);
}
