using System.Collections.Immutable;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Coterie.WebConsole.Http;

/// <summary>
/// Styles and scripts out of the assembly. Their addresses name their content, so that a browser keeps them until they change and never uses an
/// old one with a new page.
/// </summary>
internal static class EmbeddedAssets
{
    /// <summary>All styles, in one answer: a browser draws nothing before it has them.</summary>
    public const string Styles = "console.css";

    private const string Prefix = "assets/";

    /// <summary>What it is made of. Later rules win over earlier ones.</summary>
    private static readonly string[] StylesInOrder = [Styles, "quorum.css", "trial.css", "lab.css", "query.css", "schema.css", "cluster.css", "repair.css"];

    private static readonly ImmutableSortedDictionary<string, Asset> Assets = Load();

    /// <summary>What a page writes to get it.</summary>
    public static string Address(string name) => $"{Prefix}{name}?v={Assets[name].Version}";

    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var (name, asset) in Assets)
        {
            routes.MapGet($"/{Prefix}{name}", context => SendAsync(context, asset));
        }
    }

    private static Task SendAsync(HttpContext context, Asset asset)
    {
        context.Response.ContentType = asset.ContentType;
        context.Response.ContentLength = asset.Content.Length;
        context.Response.Headers.CacheControl = context.Request.Query["v"] == asset.Version ? "public, max-age=31536000, immutable" : "no-cache";
        return context.Response.Body.WriteAsync(asset.Content, 0, asset.Content.Length, context.RequestAborted);
    }

    private static ImmutableSortedDictionary<string, Asset> Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var others = assembly.GetManifestResourceNames().Where(static name => name.StartsWith(Prefix, StringComparison.Ordinal)).Select(static name => name[Prefix.Length..]).Except(StylesInOrder);
        var assets = others.ToImmutableSortedDictionary(static name => name, name => AssetOf(name, Read(assembly, name)), StringComparer.Ordinal);
        return assets.Add(Styles, AssetOf(Styles, [.. StylesInOrder.SelectMany(name => Read(assembly, name))]));
    }

    private static Asset AssetOf(string name, byte[] content) => new(content, ContentType(name), Convert.ToHexStringLower(SHA256.HashData(content))[..16]);

    private static byte[] Read(Assembly assembly, string name)
    {
        using var stream = assembly.GetManifestResourceStream(Prefix + name)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }

    private static string ContentType(string name) => Path.GetExtension(name) switch
    {
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        var other => throw new InvalidOperationException($"What is a file of {other}?"),
    };

    private sealed record Asset(byte[] Content, string ContentType, string Version);
}
