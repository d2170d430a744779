using System.Globalization;
using Coterie.Host.Configuration;

namespace Coterie.WebConsole.Cluster;

/// <summary>Figures as people read them; a dash: not known.</summary>
internal static class ClusterText
{
    public const string NotKnown = "–";

    /// <summary>Another one for each owner; there are so many, and then they come again.</summary>
    public static string OwnerClass(int number) => $"owner-{number % 8}";

    public static string Bytes(long? bytes) => bytes is { } known ? ByteSize.Describe(known) : NotKnown;

    public static string Seconds(double? seconds) => seconds is { } known ? Duration.Describe(TimeSpan.FromSeconds(known)) : NotKnown;

    public static string Percent(double? part) => part is { } known ? known.ToString("0.0 %", CultureInfo.InvariantCulture) : NotKnown;

    public static string Rate(double? rate) => rate is { } known ? known.ToString(known < 100 ? "0.#" : "#,##0", CultureInfo.InvariantCulture) : NotKnown;

    public static string Milliseconds(double? milliseconds) =>
        milliseconds is { } known ? $"{known.ToString(known < 10 ? "0.00" : known < 100 ? "0.0" : "#,##0", CultureInfo.InvariantCulture)} ms" : NotKnown;

    public static string Count(long count, string one, string many) => $"{count.ToString("#,##0", CultureInfo.InvariantCulture)} {(count == 1 ? one : many)}";
}
